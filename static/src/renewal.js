// Image addresses expire. An open page renews them before that, without downloading loaded images again.
import { addressesOf, fullLinkOf, setAddresses } from "./picture.js";
import { askForPhotos } from "./status.js";

// A page may come from a cache that is 60 s old, and checks add a delay, so renew well before addresses expire.
const RENEW_AT = 0.7;
const CHECKS_PER_LIFETIME = 14;

let renewedAt = Date.now();
let pending = null;

function isLoaded(image) {
  return image.complete && image.naturalWidth > 0;
}

export function renewTile(holder, photo) {
  const link = fullLinkOf(holder);
  if (link && photo.full_src) {
    Object.assign(link.dataset, { fullSrc: photo.full_src, fullAvifSrc: photo.full_avif_src });
  }
  const image = holder.querySelector("img");
  // A new address would make the browser download a loaded image again.
  if (!image || !photo.src || isLoaded(image)) return;
  const frame = image.closest(".frame");
  const picture = setAddresses(image, addressesOf(photo));
  if (picture.parentElement !== frame) frame?.prepend(picture);
}

/** Renew all addresses on the page; concurrent calls share one request. */
export function renew() {
  pending ??= renewAll().finally(() => {
    pending = null;
  });
  return pending;
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
    // Not reachable now: the next check tries again.
  }
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
  // Error events of images do not bubble, so listen in the capture phase.
  document.addEventListener("error", retryOnce, true);
  const lifetimeMs = 1000 * Number(document.body.dataset.imageAddressLifetimeSeconds);
  if (!lifetimeMs) return;
  const renewIfDue = () => {
    if (!document.hidden && Date.now() - renewedAt >= RENEW_AT * lifetimeMs) renew();
  };
  setInterval(renewIfDue, lifetimeMs / CHECKS_PER_LIFETIME);
  document.addEventListener("visibilitychange", renewIfDue);
  window.addEventListener("pageshow", renewIfDue);
}
