// Poll the gallery for photos that are still being processed, with backoff.
import { backoff } from "./backoff.js";

const IDS_PER_CALL = 50;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;
const GROWTH = 1.3;

const listeners = new Map();
let attempt = 0;
let timer = 0;
let dueAt = Infinity;

/** Ask once for these photos; the answer leaves out photos that the reader may not see. */
export async function askForPhotos(ids) {
  const photos = [];
  for (let start = 0; start < ids.length; start += IDS_PER_CALL) {
    const some = ids.slice(start, start + IDS_PER_CALL).join(",");
    const response = await fetch(`${document.body.dataset.statusUrl}?ids=${some}`, {
      headers: { Accept: "application/json" },
    });
    // What was shared with the reader is over: the page says so.
    if (response.status === 410) location.reload();
    if (!response.ok) throw new Error(`The gallery answered ${response.status}`);
    photos.push(...(await response.json()).photos);
  }
  return photos;
}

/** Call `listener` once with the photo when it is processed, and turned as its owner turned it. */
export function follow(id, listener) {
  listeners.set(id, [...(listeners.get(id) ?? []), listener]);
  attempt = 0;
  // Many calls in a row must not postpone the next poll again and again.
  if (dueAt - Date.now() > FIRST_WAIT_MS) schedule();
}

function schedule() {
  clearTimeout(timer);
  dueAt = Infinity;
  if (!listeners.size || document.hidden) return;
  const waitMs = backoff(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS, GROWTH);
  dueAt = Date.now() + waitMs;
  timer = setTimeout(poll, waitMs);
  attempt += 1;
}

async function poll() {
  try {
    for (const photo of await askForPhotos([...listeners.keys()])) {
      if (photo.state === "awaiting" || photo.turning) continue;
      const waiting = listeners.get(photo.id) ?? [];
      listeners.delete(photo.id);
      // Others are likely to be done soon.
      attempt = 0;
      for (const listener of waiting) listener(photo);
    }
  } catch {
    // Not reachable now: the next poll asks again.
  }
  schedule();
}

document.addEventListener("visibilitychange", () => {
  attempt = 0;
  schedule();
});
