// Shows one slide at a time and turns them with the keyboard; without it the slides are one long page with anchors.
(() => {
  "use strict";
  const slides = [...document.querySelectorAll(".slide")];
  const NEXT = ["ArrowRight", "ArrowDown", "PageDown", " "];
  const BACK = ["ArrowLeft", "ArrowUp", "PageUp"];
  const named = () => slides.findIndex((slide) => `#${slide.id}` === location.hash);
  let shown = Math.max(named(), 0);

  function show(number) {
    shown = Math.min(Math.max(number, 0), slides.length - 1);
    slides.forEach((slide, place) => slide.classList.toggle("is-shown", place === shown));
    history.replaceState(null, "", `#${slides[shown].id}`);
    window.scrollTo(0, 0);
    slides[shown].focus({ preventScroll: true });
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const back = event.key === " " && event.shiftKey;
    if (event.key === "Escape") location.assign(document.body.dataset.leave);
    else if (back || BACK.includes(event.key)) show(shown - 1);
    else if (NEXT.includes(event.key)) show(shown + 1);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(slides.length - 1);
    else return;
    event.preventDefault();
  });
  window.addEventListener("hashchange", () => {
    if (named() >= 0) show(named());
  });
  document.body.classList.add("is-presenting");
  show(shown);
})();
