// The lightbox is fetched when a reader shows interest in a picture, not with the page.
const PICTURE = ".sheet .tile a[data-full-src]";

let lightbox;
const fetchLightbox = () => {
  lightbox ??= import("./lightbox.js");
  return lightbox;
};

function prepare(event) {
  const link = event.target.closest?.(PICTURE);
  if (!link?.dataset.fullSrc) return;
  fetchLightbox();
  // The large picture is on its way before the click.
  new Image().src = link.dataset.fullSrc;
}

async function open(event) {
  const link = event.target.closest?.(PICTURE);
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
  if (!link?.dataset.fullSrc || !plain || event.defaultPrevented) return;
  event.preventDefault();
  try {
    const { openLightbox } = await fetchLightbox();
    openLightbox(link);
  } catch {
    // Without the lightbox the photo's own page does.
    location.assign(link.href);
  }
}

/** Path and query: what a document is loaded by. */
const address = () => location.pathname + location.search;

export function startLightbox() {
  const loadedBy = address();

  document.addEventListener("pointerover", prepare, { passive: true });
  document.addEventListener("focusin", prepare);
  document.addEventListener("click", open);
  // The lightbox changes the address without loading anything. Back or forward to an entry that is not
  // this document's own (after a reload, say) needs the page that belongs to it.
  window.addEventListener("popstate", () => {
    if (address() !== loadedBy) location.reload();
  });
}
