// One listener for each HTML part: a button with data-do asks the program, one with data-local only changes the view.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do], button[data-local]");
  if (!button || !element.contains(button)) return;
  const narrow = window.innerWidth < 1000;
  const show = (id) => document.getElementById(id)?.scrollIntoView({ behavior: "smooth", block: "start" });
  if (button.dataset.local === "zoom") {
    button.closest(".ra-paper").classList.toggle("ra-large");
    return;
  }
  if (button.dataset.local === "back") {
    const origin = window.raOrigin;
    if (origin && origin.isConnected) { origin.scrollIntoView({ block: "center" }); origin.focus(); }
    return;
  }
  const wanted = { ...button.dataset };
  if (wanted.words) wanted.text = button.closest("details")?.querySelector("textarea")?.value ?? "";
  if (wanted.do === "open" || wanted.do === "paper") {
    window.raConfirm(false);
    window.raTab("sitzungen");
  }
  trigger("act", wanted);
  if (wanted.do === "cite" && !button.closest(".ra-paper")) {
    document.querySelectorAll(".ra-cite.ra-shown").forEach((other) => other.classList.remove("ra-shown"));
    button.classList.add("ra-shown");
    window.raOrigin = button;
    const desk = button.closest(".ra-desk");
    if (narrow && desk) show(desk.querySelector(".ra-picture").id);
  }
  if (wanted.do === "item" && narrow) show("ra-item");
});
