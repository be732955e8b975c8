// Image addresses live 7 to 14 minutes. An open page renews them by itself, without fetching pictures twice.
import { askForPhotos } from "./status.js";

const RENEW_AFTER_MS = 5 * 60_000;
const LOOK_EVERY_MS = 30_000;

let renewedAt = Date.now();
let asking = null;

function isLoaded(image) {
  return image.complete && image.naturalWidth > 0;
}

function renewTile(holder, photo) {
  const link = holder.matches("[data-full-src]") ? holder : holder.querySelector("[data-full-src]");
  if (link && photo.full_src) link.dataset.fullSrc = photo.full_src;
  const image = holder.querySelector("img");
  // A loaded picture stays: a new address would only fetch the same bytes again.
  if (!image || !photo.src || isLoaded(image)) return;
  image.srcset = photo.srcset;
  image.src = photo.src;
}

/** Renew every address on the page; calls made while one is under way share its answer. */
export function renew() {
  asking ??= renewAll().finally(() => {
    asking = null;
  });
  return asking;
}

async function renewAll() {
  const holders = new Map();
  for (const holder of document.querySelectorAll("[data-photo-id]")) {
    const { photoId } = holder.dataset;
    holders.set(photoId, [...(holders.get(photoId) ?? []), holder]);
  }
  if (!holders.size) return;
  try {
    for (const photo of await askForPhotos([...holders.keys()])) {
      for (const holder of holders.get(photo.id) ?? []) renewTile(holder, photo);
    }
    renewedAt = Date.now();
  } catch {
    // Unreachable for now: the next look tries again.
  }
}

function renewIfDue() {
  if (!document.hidden && Date.now() - renewedAt >= RENEW_AFTER_MS) renew();
}

function retryOnce(event) {
  const image = event.target;
  const holder = image.closest?.("[data-photo-id]");
  if (!(image instanceof HTMLImageElement) || !holder) return;
  if ("retried" in image.dataset) {
    image.classList.remove("coming");
    return;
  }
  image.dataset.retried = "";
  renew();
}

export function startRenewal() {
  setInterval(renewIfDue, LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", renewIfDue);
  window.addEventListener("pageshow", renewIfDue);
  // Errors of pictures do not bubble; they can only be caught on the way down.
  document.addEventListener("error", retryOnce, true);
}
