// Deletion dates. Runs after page.js and in the same function, so its names (element, drafts, watch) are known here.
// A pressed button may have become a question or a sentence: the focus goes there, never nowhere.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do^='due-']");
  if (!button) return;
  for (const field of button.form?.querySelectorAll("[data-draft]") ?? []) drafts.delete(field.dataset.draft);
  window.raTyping = null;
  window.raDue = true;
  button.disabled = true;  // a double click is one
  setTimeout(() => { button.disabled = false; }, 1500);
});
watch("value", () => {
  if (!window.raDue) return;
  setTimeout(() => {  // when all of the page that changes with it has changed: what stands below it may move it
    const place = window.raDue && (element.querySelector("[data-asks]") ?? element.querySelector("[data-now]:not(:empty)"));
    if (!place?.checkVisibility()) return;
    window.raDue = false;
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "center" });
  }, 200);
});
