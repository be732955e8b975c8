// Deliver one file to the bucket: get an offer, PUT, and react to each answer.
import { backoff, wait } from "../backoff.js";
import { gettext } from "../i18n.js";
import { UploadError } from "./error.js";

const MAX_ATTEMPTS = 7;
const FIRST_WAIT_MS = 700;
const LONGEST_WAIT_MS = 20_000;
const EXPIRES_SOON_MS = 20_000;

/** Refusals for lack of room: room becomes free again, other refusals would only repeat. */
const RETRYABLE = new Set(["too_many_outstanding", "quota_exceeded", "no_room_for_guests"]);

const refused = ({ sentence, reason }) => new UploadError(sentence, { reason, retryable: RETRYABLE.has(reason) });

const fileChanged = () =>
  new UploadError(gettext("This file changed while it was being uploaded. Choose it again."), { reason: "file_changed" });

const connectionLost = () =>
  new UploadError(gettext("The connection was lost. Retry when you're back online."), {
    reason: "connection_lost",
    retryable: true,
  });

const notTaken = () =>
  new UploadError(gettext("We couldn't store this file. Retry in a moment."), { reason: "not_stored", retryable: true });

function isStale(offer) {
  return !offer || Date.parse(offer.expires_at) - Date.now() < EXPIRES_SOON_MS;
}

/**
 * Deliver a file and resolve to the gallery's answer with the photo's id.
 *
 * Offers are idempotent by upload id, so asking twice is harmless. 412 can follow our own success: browsers
 * repeat a PUT when its answer is lost.
 */
export async function deliver(
  { file, upload, visibility },
  { requestOffer, put, onProgress, pause = wait, online = wait },
) {
  let offer;
  let metConflict = false;
  let badRequests = 0;
  let status;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (isStale(offer)) {
      offer = await requestOffer(metConflict ? { ...upload, met_conflict: true } : upload, visibility);
      // After a conflict it is this upload that is there.
      if (offer.outcome === "already_there") return { ...offer, known: !metConflict };
      if (offer.outcome === "refused") throw refused(offer);
    }
    status = await put(offer, file, onProgress);
    if (status >= 200 && status < 300) return offer;
    // S3 answers 400 to changed bytes, but also to a slow connection or expired credentials: retry once.
    if (status === 400 && ++badRequests > 1) throw fileChanged();
    onProgress(0);
    metConflict ||= status === 412;
    // 412: the bytes may be there already. 400 and 403: the signature expired, perhaps while the device slept.
    if ([400, 403, 412].includes(status)) offer = undefined;
    if (status === 0) await online();
    await pause(backoff(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS));
  }
  throw status === 0 ? connectionLost() : notTaken();
}
