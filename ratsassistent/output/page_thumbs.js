// The small pictures of pages in this part: asked for when they come into view, one request at a time, and put in place.
// `raThumbs` holds what has come, so that a list that is drawn anew has its pictures at once.
const thumbs = (window.raThumbs ??= new Map()), lacking = new Set(), MOST = 6, MOST_KEPT = 300;
let asking = null;
const askForThumbs = () => {
  if (asking || !lacking.size) return;
  const keys = [...lacking].slice(0, MOST);
  for (const key of keys) lacking.delete(key);
  asking = setTimeout(() => { asking = null; askForThumbs(); }, 15000);  // no answer came: the rest is asked for
  trigger("act", { do: "thumbs", keys: keys.join("\n") });
};
const inView = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries)
    if (isIntersecting && !thumbs.has(target.dataset.thumb)) lacking.add(target.dataset.thumb);
    else lacking.delete(target.dataset.thumb);
  setTimeout(askForThumbs, 120);
}, { rootMargin: "150px" });
const placeThumbs = () => {
  for (const place of element.querySelectorAll("[data-thumb]")) {
    const url = thumbs.get(place.dataset.thumb);
    if (url) place.src = url;
    if (url === undefined) inView.observe(place);
    else inView.unobserve(place);
  }
};
window.raThumbsCame = (made) => {
  for (const [key, url] of Object.entries(made)) thumbs.set(key, url);
  for (const key of thumbs.keys()) if (thumbs.size > MOST_KEPT) thumbs.delete(key);
  clearTimeout(asking);
  asking = null;
  placeThumbs();
  askForThumbs();
};
watch("value", () => { inView.disconnect(); lacking.clear(); placeThumbs(); });
