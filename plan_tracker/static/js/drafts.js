// What is being typed is never lost: htmx keeps it as a draft; this script says what is not kept yet, warns before
// leaving, and keeps what can no longer be sent in this browser until its writer has signed in again.
"use strict";

(() => {
  const desk = document.querySelector("form[data-desk]");
  if (!desk) return;
  const mine = `drafts:${desk.dataset.desk}:`;
  const place = mine + location.pathname;
  const unsaved = new Set(); // parts with words that the server has not got
  let leaving = false;

  const words = (part) => [...part.querySelectorAll("textarea, input[type=text], input[type=checkbox], select")];
  const marks = (part) => [...part.querySelectorAll("[data-marks] input")];
  const value = (field) => (field.type === "checkbox" ? field.checked : field.value);
  const read = (key) => JSON.parse(sessionStorage.getItem(key) || "{}");
  const write = (key, kept) => {
    if (Object.keys(kept).length) sessionStorage.setItem(key, JSON.stringify(kept));
    else sessionStorage.removeItem(key);
  };

  const show = () => {
    for (const mark of document.querySelectorAll("[data-unsaved]")) mark.hidden = unsaved.size === 0;
  };

  // By part: what is typed, and which draft and which last report its writer had before him.
  const hold = () => {
    const kept = {};
    for (const part of unsaved) {
      const fields = [...words(part), ...marks(part)].filter((field) => field.name && field.form === desk);
      kept[part.dataset.part] = {
        token: part.querySelector("[data-token]").value,
        fields: Object.fromEntries(fields.map((field) => [field.name, value(field)])),
      };
    }
    write(place, kept);
  };

  // What has been submitted meanwhile is not unsaved any more, on whichever page it was typed.
  const forget = () => {
    for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(mine))) {
      const kept = read(key);
      for (const part of Object.keys(kept)) {
        if (document.getElementById(`d${part}`)?.dataset.sent === kept[part].token) delete kept[part];
      }
      write(key, kept);
    }
  };

  const restore = () => {
    const kept = read(place);
    for (const part of desk.querySelectorAll(".fields")) {
      const fields = kept[part.dataset.part]?.fields ?? {};
      const changed = words(part).filter((field) => field.name in fields && value(field) !== fields[field.name]);
      if (!changed.length) continue;
      for (const field of changed) {
        if (field.type === "checkbox") field.checked = fields[field.name];
        else field.value = fields[field.name];
        for (let folded = field.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
      }
      // With its old marks, so that what others have saved or sent meanwhile is not written over unseen.
      for (const mark of marks(part)) if (mark.name in fields) mark.value = fields[mark.name];
      unsaved.add(part);
      part.querySelector(".saved").textContent = desk.dataset.restored;
      window.setTimeout(() => window.htmx.trigger(part, "keep"), 300);
    }
    show();
  };

  desk.addEventListener("input", (event) => {
    const part = event.target.closest(".fields");
    if (!part || event.target.type === "file") return;
    unsaved.add(part);
    part.dataset.typed = String(Number(part.dataset.typed || 0) + 1);
    hold();
    show();
  });

  // A file of a part, or what it was added with, says nothing about its words.
  const saving = (event) => {
    const asks = event.detail.elt;
    return asks.closest(".evidence") ? null : asks.closest(".fields");
  };

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const part = saving(event);
    if (part) part.dataset.sending = part.dataset.typed || "0";
  });

  document.body.addEventListener("htmx:afterRequest", (event) => {
    const files = event.detail.elt.closest(".evidence");
    if (files && !event.detail.successful) {
      const status = event.detail.xhr?.status;
      const note = files.querySelector(".failed") ?? files.appendChild(document.createElement("div"));
      note.className = "failed errorlist";
      note.setAttribute("role", "alert");
      note.textContent = status === 401 || status === 403 ? desk.dataset.signedOut : desk.dataset.notUploaded;
    }
    const part = saving(event);
    if (!part) return;
    if (event.detail.successful) {
      if (!part.querySelector("[data-refused]") && part.dataset.sending === (part.dataset.typed || "0")) unsaved.delete(part);
    } else {
      const status = event.detail.xhr?.status;
      const signedOut = status === 401 || status === 403;
      const note = part.querySelector(".saved");
      note.textContent = signedOut ? desk.dataset.signedOut : desk.dataset.unreachable;
      if (signedOut) {
        const link = document.createElement("a");
        link.href = desk.dataset.signIn;
        link.textContent = desk.dataset.signInWords;
        note.append(link);
      } else window.setTimeout(() => unsaved.has(part) && window.htmx.trigger(part, "keep"), 10000);
    }
    hold();
    show();
  });

  const drop = (control) => {
    unsaved.delete(control.closest(".fields"));
    hold();
  };

  desk.addEventListener("submit", (event) => {
    if (desk.dataset.sent) return event.preventDefault(); // a double click sends once
    if (event.submitter?.matches("[data-drops]")) drop(event.submitter);
    desk.dataset.sent = "1";
    leaving = true;
    window.setTimeout(() => delete desk.dataset.sent, 8000); // the answer never came
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    if (link?.matches("[data-drops]")) drop(link);
    if (link?.href === new URL(desk.dataset.signIn, location).href) leaving = true;
  });

  desk.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const button = event.target.closest(".fields")?.querySelector("[data-send]");
    if (!button) return;
    event.preventDefault();
    desk.requestSubmit(button);
  });

  window.addEventListener("beforeunload", (event) => {
    if (unsaved.size && !leaving) event.preventDefault();
  });

  window.addEventListener("pageshow", () => {
    leaving = false;
    delete desk.dataset.sent;
  });

  forget();
  if (desk.dataset.failed) {
    for (const part of desk.querySelectorAll(".fields[data-unsent]")) unsaved.add(part); // the page itself shows the words
    hold();
    show();
  } else restore();
})();
