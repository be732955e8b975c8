// Load the lightbox on the first hover or focus of a picture, not with the page.
import { setAddresses } from "./picture.js";
import { pictures } from "./sheet-window.js";

const PICTURE = ".sheet .tile a[data-full-src], a[data-enlarge]";
/** The photo's own page has no others beside it. */
const alone = (link) => ({ length: 1, at: (index) => (index === 0 ? link : undefined), indexOf: () => 0 });

let lightbox;
const fetchLightbox = () => {
  lightbox ??= import("./lightbox.js");
  return lightbox;
};

function prepare(event) {
  const link = event.target.closest?.(PICTURE);
  if (!link?.dataset.fullSrc) return;
  fetchLightbox();
  // Start loading the large picture before the click.
  setAddresses(new Image(), { src: link.dataset.fullSrc, avifSrcset: link.dataset.fullAvifSrc });
}

async function open(event) {
  const link = event.target.closest?.(PICTURE);
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
  if (!link?.dataset.fullSrc || !plain || event.defaultPrevented) return;
  event.preventDefault();
  try {
    const { openLightbox } = await fetchLightbox();
    openLightbox(link, link.matches("[data-enlarge]") ? alone(link) : pictures);
  } catch {
    // Fall back to the photo's page.
    location.assign(link.href);
  }
}

/** The part of the address that the server sees. */
const address = () => location.pathname + location.search;

export function startLightbox() {
  const loadedBy = address();

  document.addEventListener("pointerover", prepare, { passive: true });
  document.addEventListener("focusin", prepare);
  document.addEventListener("click", open);
  // The lightbox changes the address without loading a page. Back or forward to another page's entry
  // (after a reload, for example) must load that page.
  window.addEventListener("popstate", () => {
    if (address() !== loadedBy) location.reload();
  });
}
