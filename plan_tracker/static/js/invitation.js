// Takes the code out of the address, where nobody need see it any longer, and sends it on. Without it one pastes it.
(() => {
  "use strict";

  function take() {
    const form = document.getElementById("invitation");
    const code = location.hash.slice(1);
    if (!form || !/^[0-9a-z-]+$/.test(code) || !/\d-/.test(code)) return;
    history.replaceState(null, "", location.pathname);
    form.elements.code.value = code;
    form.submit();
  }

  window.addEventListener("hashchange", take);
  take();
})();
