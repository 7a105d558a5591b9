// One listener for each HTML part: a button with data-do asks the program, one with data-local only changes the view.
// Gradio changes a part in place, element by element, and so would leave what is typed into one field, and what is unfolded,
// to whatever comes to stand there. So each field and each fold is known by a name, and gets back what is its own.
const drafts = (window.raDrafts ??= new Map()), unfolded = (window.raUnfolded ??= new Set());
const nameOf = (fold) =>
  fold.dataset.fold ?? `${fold.closest("[data-about]")?.dataset.about} ${fold.querySelector("summary")?.textContent}`;
const isItem = element.closest("#ra-item") !== null, isRegister = element.closest("#ra-register") !== null;
const isRecent = element.closest("#ra-earlier") !== null;
const isForm = element.closest("#ra-search-form, #ra-register-form") !== null;
const folds = () => [...element.querySelectorAll("details")];
const fields = () => [...element.querySelectorAll("[data-draft]")];
const given = (field) =>  // what the program has put into it
  field.defaultValue ?? ([...field.options].find((one) => one.defaultSelected) ?? field.options[0])?.value ?? "";
if (isRegister)  // cards instead of a table where there is no room, beside a page too (Gradio drops CSS's own @container)
  new ResizeObserver(() => element.toggleAttribute("data-tight", element.clientWidth < 1000)).observe(element);
const remember = () => {
  const field = document.activeElement;
  if (element.contains(field) && field.dataset.draft)
    window.raTyping = { draft: field.dataset.draft, from: field.selectionStart, to: field.selectionEnd };
};
for (const name of ["focusin", "keyup", "pointerup"]) element.addEventListener(name, remember);
element.addEventListener("input", (event) => {
  if (event.target.dataset.draft) drafts.set(event.target.dataset.draft, event.target.value);
  remember();
});
element.addEventListener("focusout", (event) => setTimeout(() => {  // left by the reader, not taken away by a change
  if (event.target.isConnected && !document.activeElement?.dataset.draft) window.raTyping = null;
}));
element.addEventListener("click", (event) => {  // before it is done: a change may come in between
  const fold = event.target.closest("summary")?.parentElement;
  if (fold) fold.open ? unfolded.delete(nameOf(fold)) : unfolded.add(nameOf(fold));
});
element.addEventListener("toggle", ({ target: fold }) => {
  if (fold.open) unfolded.add(nameOf(fold));  // by a search in the page, say
  else if (unfolded.has(nameOf(fold))) fold.open = true;  // by a change, not by the reader
}, true);
// What the model has finished is put above what the reader is at: then the page is moved, so that he stays where he was.
const parts = () => [...(element.querySelector("article")?.children ?? [])];
const headOf = (part) => part.querySelector("h3, summary, .ra-ai-head")?.textContent.trim();
const named = (head) => parts().filter((part) => headOf(part) === head);
const markPlace = () => {
  const article = element.querySelector("article");
  const first = parts().find((part) => part.getBoundingClientRect().bottom > 0 && headOf(part));
  window.raPlace = !first || article.getBoundingClientRect().top >= 0 ? null : {
    about: article.dataset.about, head: headOf(first), nth: named(headOf(first)).indexOf(first), top: first.getBoundingClientRect().top,
  };
};
const keepPlace = () => {
  const place = window.raPlace;
  if (!place || element.querySelector("article")?.dataset.about !== place.about) return;
  const part = named(place.head)[place.nth], moved = part ? part.getBoundingClientRect().top - place.top : 0;
  if (Math.abs(moved) > 2) window.scrollBy({ top: moved, behavior: "instant" });
};
if (isItem) {
  for (const name of ["scroll", "resize", "scrollend"]) window.addEventListener(name, markPlace, { passive: true });
  for (const name of ["click", "toggle"]) element.addEventListener(name, () => setTimeout(markPlace, 50), true);
}
// Single keys, as in a mail program; whoever dictates or types with a switch turns them off (WCAG 2.1.4).
window.raKeysOff ??= () => localStorage.getItem("raKeys") === "aus";
const showKeys = () => {
  for (const button of document.querySelectorAll('[data-local="keys"]')) {
    button.setAttribute("aria-pressed", String(!window.raKeysOff()));
    button.textContent = `${window.raKeysOff() ? "☐" : "☑"} Diese Tasten benutzen`;
  }
};
if (isItem && !window.raKeys) {
  window.raKeys = true;
  document.addEventListener("keydown", (event) => {
    const item = document.querySelector("#ra-item"), at = document.activeElement;
    const large = document.querySelector(".ra-picture.ra-large");
    if (event.key === "Escape" && large) { large.querySelector('[data-local="zoom"]')?.click(); return; }
    if (window.raKeysOff() || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (!item?.checkVisibility() || at?.closest("input, textarea, select, [contenteditable], [role=listbox], [role=dialog]")) return;
    const press = (which) => item.querySelector(which)?.click();
    const key = event.key.toLowerCase();
    if (key === "n") press('[data-step="weiter"]');
    else if (key === "v") press('[data-step="zurück"]');
    else if (key === "g") press('[data-kind="read"][data-do="mark"]');
    else if (key === "w") press('[data-kind="important"]');
    else if (key === "s") {
      const cites = [...item.querySelectorAll('.ra-cite[data-do="cite"]')].filter((one) => one.checkVisibility());
      const place = cites.indexOf(at), step = event.shiftKey ? -1 : 1;
      const next = place >= 0 ? cites[place + step] : cites.find((one) => one.getBoundingClientRect().top >= 0) ?? cites[0];
      next?.focus();
      next?.scrollIntoView({ block: "nearest" });
    } else return;
    event.preventDefault();
  });
}
const toMark = (part, found) => {  // the marked place into view, in what scrolls
  part.scrollTop += found.getBoundingClientRect().top - part.getBoundingClientRect().top - part.clientHeight / 3;
};
const settle = () => {  // the page's column may have been hidden before, and the register beside it changes its form
  const origin = window.raOrigin, page = element.querySelector(".ra-sheet");
  if (!window.raShow || !element.closest(".ra-picture")) return;
  window.raShow = Boolean(element.querySelector("[data-looking]"));  // its marks are still to come
  setTimeout(() => {
    const found = element.querySelector(".ra-found"), column = element.closest(".ra-right");
    if (found) for (const part of [page, column]) if (part) toMark(part, found);  // the sheet, or the column that holds it
    if (page && window.innerWidth < 1000) element.scrollIntoView({ behavior: "smooth", block: "start" });
    else if (origin?.isConnected && element.closest(".ra-desk-wide")) origin.scrollIntoView({ block: "center" });
  }, 150);
};
const showEmpty = () => {  // what holds nothing takes no room
  element.closest(".block")?.toggleAttribute("data-empty", !element.textContent.trim() && !element.querySelector("img, button"));
};
watch("value", showEmpty);  // before anything is to get the focus
showEmpty();
watch("value", settle);
watch("value", () => {
  const row = element.querySelector('.ra-agenda [aria-current="true"]'), left = element.closest(".ra-left");
  for (let column = element.closest(".ra-picture"); column; column = column.parentElement.closest(".ra-picture"))
    delete column.dataset.waiting;  // Gradio gives the class to two elements
  if (row && left) {  // the item that is open is seen in the list, without moving the page
    const above = row.getBoundingClientRect().top - left.getBoundingClientRect().top, below = row.getBoundingClientRect().bottom - left.getBoundingClientRect().bottom;
    if (above < 0) left.scrollTop += above - 40; else if (below > 0) left.scrollTop += below + 40;
  }
});
watch("value", () => {
  const typing = window.raTyping, next = window.raNext, added = window.raMore && element.querySelector("[data-new]");
  for (const fold of folds()) fold.open = unfolded.has(nameOf(fold));
  for (const field of fields()) {
    const text = drafts.get(field.dataset.draft) ?? given(field);
    if (field.value !== text) field.value = text;
  }
  if (isItem) { keepPlace(); showKeys(); }
  if (!element.textContent.includes("wird überall übernommen"))  // a correction has been made, or was refused
    for (const button of element.closest("#ra-line, #ra-item") ? document.querySelectorAll("button[data-busy]") : []) delete button.dataset.busy;
  if (added) {  // what „weitere anzeigen“ has brought
    window.raMore = false;
    added.focus();
    return;
  }
  if (next === "files") {
    const place = element.closest("#ra-files-made") && element.querySelector(".ra-title, .ra-download");
    if (place) {
      window.raNext = null;
      place.focus();
    }
    return;
  }
  if (next && (isItem || isRegister || isRecent || isForm)) {  // a pressed button may have become another one: never leave the focus there
    window.raNext = null;
    const fold = folds().find((other) => other.dataset.fold === next);
    const now = next === "now" ? element.querySelector("[data-now]:not(:empty)") : null;
    const place = fold?.querySelector("summary") ?? now ?? element.querySelector(".ra-title");
    place?.focus({ preventScroll: Boolean(fold) });
    if (now) now.scrollIntoView({ block: "nearest" });
    return;
  }
  const field = typing && fields().find((other) => other.dataset.draft === typing.draft);
  if (field && document.activeElement !== field) {
    field.focus({ preventScroll: true });
    if (typing.from !== null && typing.from !== undefined) field.setSelectionRange(typing.from, typing.to);
  }
});
element.addEventListener("submit", (event) => event.preventDefault());  // its button has been clicked already
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do], button[data-local]");
  if (!button || !element.contains(button)) return;
  const narrow = window.innerWidth < 1000;
  const show = (id) => document.getElementById(id)?.scrollIntoView({ behavior: "smooth", block: "start" });
  if (button.dataset.local === "zoom") {
    const column = button.closest(".ra-picture"), large = column.classList.toggle("ra-large");
    if (!large) column.querySelector('[data-local="zoom"]')?.focus();
    const sheet = column.querySelector(".ra-sheet"), found = column.querySelector(".ra-found");
    if (found) toMark(sheet, found);
    return;
  }
  if (button.dataset.local === "back") {
    const origin = window.raOrigin;
    if (origin && origin.isConnected) { origin.scrollIntoView({ block: "center" }); origin.focus(); }
    return;
  }
  if (button.dataset.local === "print") {
    window.print();
    return;
  }
  if (button.dataset.local === "keys") {
    localStorage.setItem("raKeys", window.raKeysOff() ? "an" : "aus");
    showKeys();
    return;
  }
  if (button.dataset.local === "tab") {
    window.raTab(button.dataset.tab);
    return;
  }
  if (button.dataset.local === "jump") {
    const head = element.querySelector(`[data-part="${button.dataset.to}"]`);
    head?.focus({ preventScroll: true });
    head?.scrollIntoView({ block: "start" });
    return;
  }
  if (button.dataset.local === "clear") {
    for (const field of button.closest("details").querySelectorAll("[data-draft]")) {
      field.value = "";
      drafts.set(field.dataset.draft, "");
    }
    const form = button.form;
    if (form.elements.text.value || form.querySelector(".ra-presets")) form.querySelector('[type="submit"]').click();
    return;
  }
  if (button.dataset.local) return;  // it is seen to elsewhere
  window.raTurn = (window.raTurn ?? 0) + 1;
  window.raWindow ??= Math.random().toString(36).slice(2);
  const wanted = { ...button.dataset, window: window.raWindow, turn: window.raTurn };
  if (button.form) Object.assign(wanted, Object.fromEntries(new FormData(button.form)));
  for (const name of (wanted.drop ?? "").split(" ").filter(Boolean)) {  // a chip that is taken away
    wanted[name] = "";
    drafts.delete(button.form?.elements[name]?.dataset.draft);
  }
  if (wanted.folds) unfolded.delete(wanted.folds);
  if (isForm && (wanted.drop || wanted.folds || wanted.only)) {
    window.raNext = element.querySelector("[data-fold]").dataset.fold;
    window.raTyping = null;
  }
  if (wanted.words) {
    const field = button.closest(".ra-words").querySelector("textarea");
    wanted.text = field.value;
    drafts.delete(field.dataset.draft);
    const readers = button.closest(".ra-words").querySelector("select");  // the next note is for oneself again
    if (readers) {
      wanted.audience = readers.value;
      drafts.delete(readers.dataset.draft);
    }
  }
  if (wanted.do === "remark" && (!wanted.words || wanted.text.trim())) {
    window.raNext = button.closest("details").dataset.fold;
    window.raTyping = null;
    unfolded.delete(window.raNext);
  }
  if (wanted.do === "enter") {
    window.raNext = button.closest("details").dataset.fold;
    window.raTyping = null;
    for (const field of button.form.querySelectorAll("[data-draft]"))
      if (field.name !== "author") drafts.delete(field.dataset.draft);
  }
  if (["search", "narrow", "again"].includes(wanted.do)) {  // what is chosen comes back with the form
    for (const field of document.querySelectorAll("#ra-search-form [data-draft]"))
      if (wanted.do !== "narrow" || field.name !== "text") drafts.delete(field.dataset.draft);
    window.raTyping = null;
  }
  if (wanted.do === "forget" || wanted.do === "forget-all") {
    window.raNext = "frueher";
    unfolded.delete("frueher loeschen");
  }
  if (wanted.do === "correct") for (const field of button.form?.querySelectorAll("[data-draft]") ?? []) drafts.delete(field.dataset.draft);
  window.raMore = wanted.do === "more";
  if (wanted.do === "withdraw" || (wanted.do === "item" && isItem)) window.raNext = "title";
  if (wanted.do === "correct" || wanted.do === "uncorrect") {  // it is answered where it was asked for
    window.raNext = "now";
    window.raTyping = null;
    button.dataset.busy = "";
  }
  if (wanted.do === "files" || wanted.do === "export-ask") window.raNext = "files";
  if (wanted.do === "export-close") document.querySelector("#ra-export")?.focus();
  if (wanted.do === "open" || wanted.do === "paper") {
    window.raConfirm(false);
    window.raTab("sitzungen");
  }
  if (["remark", "withdraw", "plain", "first", "write", "steer", "night", "release", "enter", "mark", "forget", "forget-all", "demo", "correct", "uncorrect"].includes(wanted.do)) {  // a double click is one
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, 1500);
  }
  trigger("act", wanted);
  if (wanted.do === "mark") {  // seen at once; a second click in between would undo it
    button.setAttribute("aria-pressed", String(wanted.to === "1"));
    button.textContent = button.textContent.replace(/^./u, wanted.to === "1" ? "☑" : "☐");
  }
  if (wanted.do === "item" || wanted.do === "cite") {  // the page of what was shown before must not stand beside it
    const column = document.querySelector(wanted.do === "item" ? "#ra-picture-read" : `#${button.closest(".ra-desk")?.querySelector(".ra-picture")?.id}`);
    if (column) {
      column.dataset.waiting = wanted.page ? `Seite ${wanted.page} wird geholt …` : "Die Seite dazu wird geholt …";
      clearTimeout(window.raWaits);
      window.raWaits = setTimeout(() => { delete column.dataset.waiting; }, 20000);
    }
  }
  if (wanted.do === "cite" && !button.closest(".ra-paper")) {
    document.querySelectorAll(".ra-cite.ra-shown").forEach((other) => other.classList.remove("ra-shown"));
    button.classList.add("ra-shown");
    window.raOrigin = button.matches(".ra-thumb") ? button.closest("li").querySelector("h3 button") : button;
    const desk = button.closest(".ra-desk");
    if (narrow && desk) show(desk.querySelector(".ra-picture").id);
  }
  window.raShow = wanted.do === "close" || (wanted.do === "cite" && !button.closest(".ra-paper"));
  if (wanted.do === "close" && window.raOrigin?.isConnected) window.raOrigin.focus();
  if (wanted.do === "item") setTimeout(() => {  // when the agenda has folded; an item is read from its beginning
    if (narrow || isItem || document.getElementById("ra-item").getBoundingClientRect().top < 0) show("ra-item");
  });
});
