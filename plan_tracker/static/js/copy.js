// Copies what stands in the element that a button names, and says so beside it. Without it there is no such button.
(() => {
  "use strict";
  const WHILE = 4000; // milliseconds for which it is said

  // Browsers lend the clipboard to pages over TLS only; the older way needs what is copied to be selected.
  async function copied(source) {
    try {
      await navigator.clipboard.writeText(source.textContent);
      return true;
    } catch {
      getSelection().selectAllChildren(source);
      return document.execCommand("copy");
    }
  }

  const timers = new WeakMap();

  function say(place, words) {
    clearTimeout(timers.get(place));
    place.textContent = words;
    timers.set(place, setTimeout(() => { place.textContent = ""; }, WHILE));
  }

  for (const button of document.querySelectorAll("button[data-copies]")) {
    const source = document.getElementById(button.dataset.copies);
    const place = button.parentElement.querySelector("[role=status]");
    button.addEventListener("click", async () => {
      const done = await copied(source);
      say(place, done ? button.dataset.copied : button.dataset.selected);
    });
    button.hidden = false;
  }
})();
