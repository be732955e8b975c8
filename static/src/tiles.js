// Tiles: placeholders under images that are still loading, and tiles that update when a photo is processed.
import { thumbHashToRGBA } from "thumbhash";
import { addressesOf, fullLinkOf, setAddresses } from "./picture.js";
import { follow } from "./status.js";

const RATIO_STEP = 5;

/** Return the class for an aspect ratio, as the server does: times 100, in steps of 5, from 40 to 400. */
export function ratioClass(width, height) {
  if (!width || !height) return "";
  const ratio = Math.round((width / height) * (100 / RATIO_STEP)) * RATIO_STEP;
  return `ratio-${Math.min(400, Math.max(40, ratio))}`;
}

export function setRatio(element, width, height) {
  const wanted = ratioClass(width, height);
  if (!wanted) return;
  for (const name of [...element.classList]) {
    if (name.startsWith("ratio-")) element.classList.remove(name);
  }
  element.classList.add(wanted);
}

function drawThumbhash(frame, hash) {
  const { w, h, rgba } = thumbHashToRGBA(Uint8Array.from(atob(hash), (c) => c.charCodeAt(0)));
  const canvas = document.createElement("canvas");
  canvas.width = w;
  canvas.height = h;
  canvas.setAttribute("aria-hidden", "true");
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
  frame.prepend(canvas);
  return canvas;
}

function reveal(image) {
  image.classList.remove("coming");
  const frame = image.closest(".frame");
  // The cross-fade takes 180 ms.
  setTimeout(() => {
    frame?.querySelector("canvas")?.remove();
    frame?.style.removeProperty("background-color");
  }, 250);
}

// A page has 60 placeholders, of which a screen shows ten: the others are drawn when they come near.
const nearby = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      const image = target.querySelector("img");
      if (!image?.classList.contains("coming")) continue;
      try {
        drawThumbhash(target, target.dataset.thumbhash);
      } catch {
        // The dominant color is enough of a placeholder.
      }
    }
  },
  { rootMargin: "50%" },
);

/** Draw a placeholder under an image that is still loading, and fade the image in when it is loaded. */
export function awaitPicture(frame, image) {
  if (image.complete && image.naturalWidth) return;
  const { thumbhash, dominantColor } = frame.dataset;
  if (dominantColor) frame.style.backgroundColor = dominantColor;
  if (thumbhash) nearby.observe(frame);
  image.classList.add("coming");
  image.addEventListener("load", () => reveal(image), { once: true });
}

/** Replace "processing" in a tile by the processed photo. */
export function showProcessed(tile, photo) {
  const frame = tile.querySelector(".frame");
  tile.dataset.state = photo.state;
  tile.querySelector("[data-mark]")?.remove();
  const label = tile.querySelector("[data-state-words]");
  if (label) label.textContent = photo.state_label ? `${photo.state_label}.` : "";
  const legend = tile.querySelector("[data-state-legend]");
  if (legend) legend.textContent = photo.state_label;
  const message = frame.querySelector(".frame-message");
  const sentence = document.querySelector("main .about [data-state-sentence]");
  if (sentence) sentence.textContent = photo.state_sentence;
  if (message) message.textContent = photo.state === "failed" ? photo.state_sentence : photo.state_label;
  drawMark(tile, photo.state);
  if (!photo.src) return;
  setRatio(tile, photo.width, photo.height);
  tile.dispatchEvent(new CustomEvent("tile:shaped", { bubbles: true }));
  message?.remove();
  const link = fullLinkOf(tile);
  link?.removeAttribute("hidden");
  Object.assign(link?.dataset ?? {}, {
    fullSrc: photo.full_src,
    fullAvifSrc: photo.full_avif_src,
    fullWidth: photo.full_width,
    fullHeight: photo.full_height,
    originalType: photo.original_type,
    originalWidth: photo.width,
    originalHeight: photo.height,
  });
  frame.dataset.thumbhash = photo.thumbhash ?? "";
  const image = frame.querySelector("img") ?? new Image();
  image.alt = frame.dataset.alt ?? "";
  image.width = photo.width;
  image.height = photo.height;
  const isTile = tile.matches(".tile");
  image.loading = isTile ? "lazy" : "eager";
  frame.prepend(setAddresses(image, { ...addressesOf(photo), sizes: frame.dataset.sizes ?? "100vw" }));
  awaitPicture(frame, image);
}

/** Replace the picture that was shown while the worker turned it. */
function showTurned(tile, photo) {
  delete tile.dataset.turning;
  document.querySelector("[data-turning-words]")?.remove();
  if (!photo.src) return;
  setRatio(tile.querySelector(".frame"), photo.width, photo.height);
  showProcessed(tile, photo);
}

function drawMark(tile, state) {
  const mark = document.querySelector(`template[data-mark-of="${state}"]`);
  if (mark) tile.append(mark.content.cloneNode(true));
}

export function enhanceTiles(root) {
  const frames = [...root.querySelectorAll(".frame")];
  for (const frame of frames) {
    const image = frame.querySelector("img");
    if (image) awaitPicture(frame, image);
  }
  const tiles = [...root.querySelectorAll("[data-photo-id][data-state='awaiting']")];
  if (root.matches?.("[data-photo-id][data-state='awaiting']")) tiles.push(root);
  for (const tile of tiles) follow(tile.dataset.photoId, (photo) => showProcessed(tile, photo));
  const turning = [...root.querySelectorAll("[data-photo-id][data-turning]")];
  if (root.matches?.("[data-photo-id][data-turning]")) turning.push(root);
  for (const tile of turning) follow(tile.dataset.photoId, (photo) => showTurned(tile, photo));
}
