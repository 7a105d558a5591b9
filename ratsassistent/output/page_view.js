// What is to be seen stands as words in this part's value; page.css hides what carries the class of another word.
// (An update of a Gradio container reaches all that is in it, so none is updated.)
const apply = () => {
  const words = (props.value || "").split(" ");
  document.body.dataset.ra = words.join(" ");
  const start = words.find((word) => word.startsWith("start-"));
  if (start && !window.raStarted) {
    window.raStarted = true;
    window.raTab(start.slice("start-".length));
  }
};
watch("value", apply);
apply();
