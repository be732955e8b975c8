// Request upload offers from the gallery, in batches.
import { backoff, wait } from "../backoff.js";
import { gettext } from "../i18n.js";
import { UploadError } from "./error.js";

const UPLOADS_PER_CALL = 50;
const MAX_ATTEMPTS = 5;

const unreachable = (reason) =>
  new UploadError(gettext("We couldn't reach the gallery. Check your connection, then retry."), { reason, retryable: true });

async function refusal(response) {
  try {
    const { reason, sentence } = await response.json();
    if (sentence) return new UploadError(sentence, { reason, retryable: true });
  } catch {
    // The answer of a proxy has no sentence.
  }
  if (response.status !== 401 && response.status !== 403) return unreachable("refused");
  return new UploadError(gettext("You're signed out. Sign in, then choose the files again."), { reason: "signed_out", retryable: true });
}

function retryAfterSeconds(response) {
  return Math.min(30, Number(response.headers.get("Retry-After")) || 0);
}

/**
 * Return a function that resolves to the gallery's answer for one upload.
 *
 * `online` resolves when there is a connection, to whether it had to wait for one.
 */
export function offersFrom(url, csrfToken, { send = fetch, pause = wait, online = async () => false } = {}) {
  let queue = [];
  let isSending = false;

  async function post(visibility, uploads) {
    for (let attempt = 0; ; attempt += 1) {
      let response;
      try {
        response = await send(url, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken, Accept: "application/json" },
          body: JSON.stringify({ visibility, uploads }),
        });
      } catch {
        response = undefined;
      }
      if (!response && (await online())) {
        // What was tried without a connection says nothing about the gallery.
        attempt = -1;
        continue;
      }
      if (response?.ok) return (await response.json()).results;
      const isTransient = !response || response.status >= 500 || response.status === 429;
      if (!isTransient || attempt + 1 >= MAX_ATTEMPTS) {
        throw response ? await refusal(response) : unreachable("unreachable");
      }
      await pause(Math.max(backoff(attempt, 800, 15_000), response ? retryAfterSeconds(response) * 1000 : 0));
    }
  }

  async function sendBatches() {
    if (isSending) return;
    isSending = true;
    // Collect the requests of the same moment into one batch.
    await pause(5);
    while (queue.length) {
      const [{ visibility }] = queue;
      const batch = queue.filter((request) => request.visibility === visibility).slice(0, UPLOADS_PER_CALL);
      queue = queue.filter((request) => !batch.includes(request));
      try {
        const results = await post(visibility, batch.map(({ upload }) => upload));
        const byId = new Map(results.map((result) => [result.upload_id, result]));
        for (const { upload, resolve, reject } of batch) {
          const result = byId.get(upload.upload_id);
          if (result) resolve(result);
          else reject(unreachable("unanswered"));
        }
      } catch (problem) {
        for (const { reject } of batch) reject(problem);
      }
    }
    isSending = false;
  }

  return (upload, visibility) =>
    new Promise((resolve, reject) => {
      queue.push({ upload, visibility, resolve, reject });
      sendBatches();
    });
}
