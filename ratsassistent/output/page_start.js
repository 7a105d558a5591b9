// Runs before Gradio: its own words follow the browser's language and are partly English; this page is German.
for (const [key, value] of [["language", "de"], ["languages", ["de"]]]) {
  Object.defineProperty(navigator, key, { get: () => value });
}
window.raStart = location.hash;  // Gradio's first tab tells that it is selected, and that changes the address
const german = {
  "Datei hier ablegen": "PDF-Dateien, ZIP-Datei oder Ordner hierher ziehen",
  "- oder -": "oder",
  "Hochladen": "hier klicken und auswählen",
  "Warning": "Hinweis",
  "Error": "Hinweis",
  "Info": "Hinweis",
  "Close": "Schließen",
  "Click to upload or drop files": "Dateien auswählen oder hierher ziehen",
  "File upload": "Dateien auswählen",
  "Connection errored out.": "Das Programm antwortet nicht. Läuft es noch?",
  "Connection lost. Attempting reconnection...": "Das Programm antwortet nicht. Läuft es noch?",
};
const ours = ".html-container";  // what papers and the model say stays as it is
const refused = /^HTTP \d{3}: (?=\S)/;  // before what the server says of files that it does not take
function translate(node) {
  if (node.nodeType === Node.TEXT_NODE) {
    const said = node.data.trim(), word = german[said] ?? (refused.test(said) ? said.replace(refused, "") : "");
    if (word && !node.parentElement?.closest(ours)) node.data = node.data.replace(said, word);
  } else if (node.nodeType === Node.ELEMENT_NODE && !node.closest(ours)) {
    const word = german[node.getAttribute("aria-label")];
    if (word) node.setAttribute("aria-label", word);
    node.childNodes.forEach(translate);
  }
}
new MutationObserver((changes) => {
  for (const change of changes) {
    if (change.type === "childList") change.addedNodes.forEach(translate);
    else translate(change.target);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
window.raTab = (name) => {
  const place = ["einlesen", "sitzungen", "fragen", "beschluesse", "hilfe"].indexOf(name === "suchen" ? "fragen" : name);
  document.querySelectorAll('#ra-tabs button[role="tab"]')[place]?.click();
};
document.addEventListener("click", (event) => {  // who has chosen a view already is not taken elsewhere by a slow start
  if (event.isTrusted && event.target.closest?.('#ra-tabs [role="tab"]')) window.raStarted = true;
}, true);
// On paper black on white, also from a dark screen. (In page.css these would stand below Gradio's own element, and do nothing.)
const paper = document.createElement("style");
paper.textContent = `@media print {
  :root, .dark, .contain {
    --ra-ground: #fff !important; --ra-card: #fff !important; --ra-ink: #000 !important; --ra-soft: #333 !important; --ra-line: #999 !important;
    --ra-main: #000 !important; --ra-main-ink: #fff !important; --ra-tint: #fff !important; --ra-good: #000 !important; --ra-bad: #000 !important; --ra-bad-tint: #fff !important;
    --ra-ai: #000 !important; --ra-ai-tint: #fff !important; --ra-wording: #000 !important; --ra-wording-tint: #fff !important;
    --ra-closed: #000 !important; --ra-closed-tint: #fff !important;
  }
  html:root { font-size: 11pt !important; }
  .contain * { color: #000 !important; }
  html:root .contain .ra-item .ra-ai-mark { color: #000 !important; background: none !important; border: 1px solid #000; }
  .ra-skip { display: none !important; }
}`;
document.head.append(paper);
window.raConfirm = (asking) => {
  const was = document.body.classList.contains("ra-confirming");
  document.body.classList.toggle("ra-confirming", asking);
  const place = document.querySelector(asking ? "[data-asks]" : "#ra-delete");
  if (asking !== was) setTimeout(() => {  // what is asked is read out; whoever says no is where he was
    place?.focus({ preventScroll: true });
    if (asking) place?.closest(".ra-confirm")?.scrollIntoView({ block: "nearest" });  // with its two buttons
  }, 50);
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("ra-confirming")) window.raConfirm(false);
});
document.addEventListener("DOMContentLoaded", () => {  // the first thing that the tab key comes to, on every view
  const link = document.createElement("a");
  link.className = "ra-skip";
  link.href = "#ra-tabs";
  link.textContent = "Zum Inhalt springen";
  link.addEventListener("click", (event) => {  // the address says what is open and stays as it is
    event.preventDefault();
    const shown = [...document.querySelectorAll('#ra-tabs [role="tabpanel"]')].find((one) => one.checkVisibility());
    const heads = [...(shown?.querySelectorAll(".ra-title, h1, h2") ?? [])].filter((one) => one.checkVisibility());
    const place = heads.find((one) => one.matches("#ra-item .ra-title")) ?? heads[0] ?? shown;
    if (!place) return;
    place.tabIndex = -1;
    place.focus();
    place.scrollIntoView({ block: "start" });
  });
  document.body.prepend(link);
});
