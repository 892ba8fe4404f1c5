// Shows the lines of the text that belong to the measure one has gone to. Without it every measure has a link there.
(() => {
  "use strict";

  function show(card) {
    const row = card && document.getElementById(card.dataset.line);
    const text = row && row.closest(".beside-scroll");
    for (const other of document.querySelectorAll(".is-meant")) other.classList.remove("is-meant");
    if (!text) return;
    row.classList.add("is-meant");
    text.scrollTop = row.offsetTop - text.clientHeight / 3;
  }

  const meant = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    return target && target.closest(".card-read");
  };
  const follow = () => { const card = meant(); if (card) show(card); };

  window.addEventListener("hashchange", follow);
  document.addEventListener("htmx:afterSwap", (event) => show(event.detail.elt.closest(".card-read") || meant()));
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest(".card-read");
    if (card) show(card);
  });
  follow();
})();
