// The non-public part was locked, opened or encrypted, here or in another tab: everything is drawn anew.
let seal = null;
watch("value", () => {
  const now = element.querySelector("[data-seal]")?.dataset.seal;
  if (now === undefined) return;
  if (seal !== null && now !== seal) {
    window.raReloads = true;
    location.reload();
  }
  seal = now;
});
