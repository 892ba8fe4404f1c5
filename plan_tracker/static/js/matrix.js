// Moves between the cells of the matrix with the arrow keys; one of them at a time is a stop of the Tab key.
(() => {
  "use strict";
  const CELLS = ".matrix td.lit > a";

  function stop(cell) {
    for (const other of document.querySelectorAll(CELLS)) other.tabIndex = other === cell ? 0 : -1;
  }

  // The cells of a row, or of a column, in their order.
  const across = (cell) => [...cell.closest("tr").querySelectorAll("td.lit > a")];
  const down = (cell) => {
    const place = cell.parentElement.cellIndex;
    return [...document.querySelectorAll(CELLS)].filter((other) => other.parentElement.cellIndex === place);
  };

  function target(cell, event) {
    const beside = (cells, step) => cells[cells.indexOf(cell) + step];
    switch (event.key) {
      case "ArrowRight": return beside(across(cell), 1);
      case "ArrowLeft": return beside(across(cell), -1);
      case "ArrowDown": return beside(down(cell), 1);
      case "ArrowUp": return beside(down(cell), -1);
      case "Home": return event.ctrlKey ? document.querySelector(CELLS) : across(cell)[0];
      case "End": return event.ctrlKey ? [...document.querySelectorAll(CELLS)].pop() : across(cell).pop();
      default: return undefined;
    }
  }

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches(CELLS) || event.altKey || event.metaKey) return;
    const next = target(event.target, event);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(CELLS)) stop(event.target);
  });
  const begin = () => stop(document.querySelector(CELLS));
  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("htmx:afterSwap", begin);
})();
