// One file's way to the bucket: offer, PUT, and what each answer asks for next.
import { patience, wait } from "../patience.js";
import { Stopped } from "./stopped.js";

const ATTEMPTS = 7;
const FIRST_WAIT_MS = 700;
const LONGEST_WAIT_MS = 20_000;
const EXPIRES_SOON_MS = 20_000;

const LOST = new Stopped("The connection was lost. Retry when you are online again.", {
  reason: "connection_lost",
  retryable: true,
});
const CHANGED = new Stopped("This file changed while it was being sent. Choose it again.", { reason: "changed" });
const NOT_TAKEN = new Stopped("The storage did not take this file. Retry in a moment.", {
  reason: "not_taken",
  retryable: true,
});

/** Room comes back: these two are worth another try, the others would only be refused again. */
const PASSING = new Set(["too_many_outstanding", "quota_exceeded"]);

function refused({ sentence, reason }) {
  return new Stopped(sentence, { reason, retryable: PASSING.has(reason) });
}

function isStale(offer) {
  return !offer || Date.parse(offer.expires_at) - Date.now() < EXPIRES_SOON_MS;
}

/**
 * Bring a file to the bucket and resolve to its photo's id.
 *
 * Offers are idempotent by upload id, so asking twice is harmless; 412 can be our own success, since a
 * browser sends a PUT again by itself when the answer is lost.
 */
export async function deliver({ file, upload, visibility }, { ask, put, onProgress, pause = wait, online = wait }) {
  let offer;
  let metConflict = false;
  let badRequests = 0;
  let trouble = NOT_TAKEN;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (isStale(offer)) {
      offer = await ask(metConflict ? { ...upload, met_conflict: true } : upload, visibility);
      if (offer.outcome === "already_there") return offer;
      if (offer.outcome === "refused") throw refused(offer);
    }
    const status = await put(offer, file, onProgress);
    if (status >= 200 && status < 300) return offer;
    // S3 says 400 of other bytes, but also of a slow line or a key of its own that died: once is no proof.
    if (status === 400 && ++badRequests > 1) throw CHANGED;
    onProgress(0);
    trouble = status === 0 ? LOST : NOT_TAKEN;
    metConflict ||= status === 412;
    // 412: it may be there already. 400 and 403: the signature died, perhaps while the device slept.
    if ([400, 403, 412].includes(status)) offer = undefined;
    if (status === 0) await online();
    await pause(patience(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS));
  }
  throw trouble;
}
