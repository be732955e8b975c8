// Tiles: a placeholder under each picture that is still on its way, and tiles that change by themselves.
import { thumbHashToRGBA } from "thumbhash";
import { follow } from "./status.js";

const CLOSEST_RATIO = 5;

/** The class for a picture's aspect ratio, as the server makes it: x100, in steps of 5, 40 to 400. */
export function ratioClass(width, height) {
  if (!width || !height) return "";
  const ratio = Math.round((width / height) * (100 / CLOSEST_RATIO)) * CLOSEST_RATIO;
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

function arrive(image) {
  image.classList.remove("coming");
  const canvas = image.parentElement?.querySelector("canvas");
  // The cross-fade of 180 ms ends first.
  setTimeout(() => {
    canvas?.remove();
    image.parentElement?.style.removeProperty("background-color");
  }, 250);
}

/** Lay the placeholder under a picture that has not arrived yet, and fade the picture in when it does. */
export function awaitPicture(frame, image) {
  if (image.complete && image.naturalWidth) return;
  const { thumbhash, dominantColor } = frame.dataset;
  if (dominantColor) frame.style.backgroundColor = dominantColor;
  if (thumbhash) {
    try {
      drawThumbhash(frame, thumbhash);
    } catch {
      // A placeholder is a courtesy: one that cannot be drawn leaves the plain colour.
    }
  }
  image.classList.add("coming");
  image.addEventListener("load", () => arrive(image), { once: true });
}

/** Put a photo that has just been processed where its tile said "processing". */
export function develop(tile, photo) {
  const frame = tile.querySelector(".frame");
  tile.dataset.state = photo.state;
  tile.querySelector("[data-mark]")?.remove();
  const words = tile.querySelector("[data-state-words]");
  if (words) words.textContent = photo.state_label ? `${photo.state_label}.` : "";
  const legend = tile.querySelector("[data-state-legend]");
  if (legend) legend.textContent = photo.state_label;
  const told = frame.querySelector(".told");
  const sentence = document.querySelector("main > .about [data-state-sentence]");
  if (sentence) sentence.textContent = photo.state_sentence;
  if (told) told.textContent = photo.state === "failed" ? photo.state_sentence : photo.state_label;
  drawMark(tile, photo.state);
  if (!photo.src) return;
  setRatio(tile, photo.width, photo.height);
  told?.remove();
  const link = tile.querySelector("a");
  Object.assign(link?.dataset ?? {}, {
    fullSrc: photo.full_src,
    fullWidth: photo.full_width,
    fullHeight: photo.full_height,
  });
  frame.dataset.thumbhash = photo.thumbhash ?? "";
  const image = frame.querySelector("img") ?? new Image();
  image.alt = frame.dataset.alt ?? "";
  image.width = photo.width;
  image.height = photo.height;
  const isTile = tile.matches(".tile");
  // The browser knows the width of a lazy picture by its box; where it does not, the words must do.
  image.loading = isTile ? "lazy" : "eager";
  image.sizes = `${isTile ? "auto, " : ""}${frame.dataset.sizes ?? "100vw"}`;
  image.srcset = photo.srcset;
  image.src = photo.src;
  frame.prepend(image);
  awaitPicture(frame, image);
}

function drawMark(tile, state) {
  const drawing = document.querySelector(`template[data-mark-of="${state}"]`);
  if (drawing) tile.append(drawing.content.cloneNode(true));
}

export function enhanceTiles(root) {
  const frames = [...root.querySelectorAll(".frame")];
  for (const frame of frames) {
    const image = frame.querySelector("img");
    if (image) awaitPicture(frame, image);
  }
  const tiles = [...root.querySelectorAll("[data-photo-id][data-state='awaiting']")];
  if (root.matches?.("[data-photo-id][data-state='awaiting']")) tiles.push(root);
  for (const tile of tiles) follow(tile.dataset.photoId, (photo) => develop(tile, photo));
}
