// What the gallery says of photos that are still being processed, asked with growing patience.
import { patience } from "./patience.js";

const IDS_PER_CALL = 50;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;
const GROWTH = 1.3;

const listeners = new Map();
let attempt = 0;
let timer = 0;
let dueAt = Infinity;

/** Ask once for these photos; photos that may not be seen are left out of the answer. */
export async function askForPhotos(ids) {
  const photos = [];
  for (let start = 0; start < ids.length; start += IDS_PER_CALL) {
    const some = ids.slice(start, start + IDS_PER_CALL).join(",");
    const response = await fetch(`${document.body.dataset.statusUrl}?ids=${some}`, {
      headers: { Accept: "application/json" },
    });
    if (!response.ok) throw new Error(`The gallery answered ${response.status}`);
    photos.push(...(await response.json()).photos);
  }
  return photos;
}

/** Call `listener` once with the photo, as soon as it is no longer being processed. */
export function follow(id, listener) {
  listeners.set(id, [...(listeners.get(id) ?? []), listener]);
  attempt = 0;
  // Many that come one after the other must not put the question off again and again.
  if (dueAt - Date.now() > FIRST_WAIT_MS) schedule();
}

function schedule() {
  clearTimeout(timer);
  dueAt = Infinity;
  if (!listeners.size || document.hidden) return;
  const waitMs = patience(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS, GROWTH);
  dueAt = Date.now() + waitMs;
  timer = setTimeout(ask, waitMs);
  attempt += 1;
}

async function ask() {
  try {
    for (const photo of await askForPhotos([...listeners.keys()])) {
      if (photo.state === "awaiting") continue;
      const waiting = listeners.get(photo.id) ?? [];
      listeners.delete(photo.id);
      // Where one is done the next is near.
      attempt = 0;
      for (const listener of waiting) listener(photo);
    }
  } catch {
    // Unreachable for now: the next round asks again.
  }
  schedule();
}

document.addEventListener("visibilitychange", () => {
  attempt = 0;
  schedule();
});
