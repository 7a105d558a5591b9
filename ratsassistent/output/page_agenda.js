// The agenda beside an item. Runs after page.js and in the same function, so its names (element, watch) are known here.
// What the reader has chosen stands at the page itself: Gradio puts the list up anew whenever the model has finished an item.
const chosen = document.body.dataset;
const showAgenda = () => {
  const nav = element.querySelector(".ra-agenda");
  if (!nav) return;
  const which = chosen.agendaShow ?? "alle", all = [...nav.querySelectorAll("li[data-entry]")];
  const fits = (one) => which === "alle" || (which === "wichtig" ? "important" in one.dataset : !("read" in one.dataset));
  const found = all.filter(fits).length;
  nav.toggleAttribute("data-open", chosen.agenda === "offen");  // only told apart where there is one column
  nav.querySelector('[data-local="agenda"]').setAttribute("aria-expanded", String(chosen.agenda === "offen"));
  for (const button of nav.querySelectorAll('[data-local="filter"]'))
    button.setAttribute("aria-pressed", String(button.dataset.show === which));
  for (const one of all) one.hidden = !fits(one) && !one.querySelector('[aria-current="true"]');  // what is open stays
  nav.querySelector("[data-filtered]").textContent =
    which === "alle" ? ""
    : found ? `${found} von ${all.length} Punkten`
    : which === "wichtig" ? "Noch kein Punkt ist als wichtig gekennzeichnet. Öffnen Sie einen Punkt und klicken Sie dort auf „Wichtig“." : "Alle Punkte sind als gelesen gekennzeichnet.";
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.local === "agenda") chosen.agenda = chosen.agenda === "offen" ? "zu" : "offen";
  else if (button?.dataset.local === "filter") chosen.agendaShow = button.dataset.show;
  else if (button?.dataset.do === "item") chosen.agenda = "zu";
  else return;
  showAgenda();
});
watch("value", showAgenda);
showAgenda();
