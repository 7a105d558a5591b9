// The self-test: what was pressed is gone when it has begun, so its heading gets the focus.
element.addEventListener("click", (event) => {
  if (event.target.closest('[data-do="prove"]')) window.raProve = true;
});
watch("value", () => {
  const title = window.raProve && element.querySelector(".ra-proof h3");
  if (!title) return;
  window.raProve = false;
  title.focus({ preventScroll: true });
});
