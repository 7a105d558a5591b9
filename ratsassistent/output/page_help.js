// The view „Hilfe“. Runs after page.js and in the same function, so its names (element, drafts) are known here.
const plainOf = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ß", "ss");
const sift = () => {  // the glossary: terms that hold all words typed, or else explanations that do
  const field = element.querySelector("[data-filter]");
  if (!field) return;
  const words = plainOf(field.value).split(/\s+/).filter(Boolean);
  const entries = [...element.querySelectorAll("[data-entry]")];
  const fits = (part) => words.every((word) => plainOf(part.textContent).includes(word));
  const named = entries.filter((entry) => fits(entry.querySelector("dt")));
  const found = new Set(named.length ? named : entries.filter(fits));
  for (const entry of entries) entry.hidden = !found.has(entry);
  for (const part of element.querySelectorAll("[data-letter]")) part.hidden = !part.querySelector("[data-entry]:not([hidden])");
  element.querySelector(".ra-letters").hidden = words.length > 0;
  const many = found.size === 1 ? "1 Begriff" : `${found.size} Begriffe`;
  element.querySelector("[data-count]").textContent =
    !words.length ? many
    : named.length ? `${many} gefunden`
    : found.size ? `Kein Begriff heißt so; in ${found.size === 1 ? "1 Erklärung" : `${found.size} Erklärungen`} kommt es vor:`
    : "Nichts gefunden. Versuchen Sie es mit einem kürzeren Wort.";
};
element.addEventListener("input", (event) => {
  if (event.target.matches("[data-filter]")) sift();
});
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.do === "help") {
    window.raHelp = true;
    sessionStorage.setItem("raHelpAt", JSON.stringify({ part: button.dataset.part, lesson: button.dataset.lesson ?? "" }));
  }
  if (button.dataset.glossary === "letter") {
    const head = element.querySelector(`[data-letter="${CSS.escape(button.dataset.to)}"] h3`);
    head?.focus({ preventScroll: true });
    head?.scrollIntoView({ block: "start" });
  }
  if (button.dataset.glossary === "term") {
    const field = element.querySelector("[data-filter]");
    field.value = button.dataset.to;
    drafts.set(field.dataset.draft, field.value);
    sift();
    field.focus();
  }
});
watch("value", () => {
  sift();
  if (!window.raHelp) return;
  window.raHelp = false;  // another part or lesson: read from its beginning
  const title = element.querySelector(".ra-title") ?? element.querySelector("button");
  title?.focus({ preventScroll: true });
  element.scrollIntoView({ block: "start" });
});
const left = sessionStorage.getItem("raHelpAt");  // a reloaded page goes on where it was left
if (left) setTimeout(() => trigger("act", { do: "help", ...JSON.parse(left) }), 300);
