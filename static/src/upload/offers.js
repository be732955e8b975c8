// Asking the gallery for uploads: questions that wait for an answer travel together.
import { patience, wait } from "../patience.js";
import { Stopped } from "./stopped.js";

const UPLOADS_PER_CALL = 50;
const ATTEMPTS = 5;
const UNREACHABLE = "We could not reach the gallery. Check your connection, then retry.";

async function refusal(response) {
  try {
    const { reason, sentence } = await response.json();
    if (sentence) return new Stopped(sentence, { reason, retryable: true });
  } catch {
    // A proxy may answer in its own words: ours are below.
  }
  const sentence =
    response.status === 401 || response.status === 403
      ? "You are signed out. Sign in again, then retry."
      : UNREACHABLE;
  return new Stopped(sentence, { reason: "refused", retryable: true });
}

function secondsAsked(response) {
  return Math.min(30, Number(response.headers.get("Retry-After")) || 0);
}

/** Return `ask(upload, visibility)`, which resolves to what the gallery says of this one upload. */
export function offersFrom(url, csrfToken, { send = fetch, pause = wait } = {}) {
  let queue = [];
  let asking = false;

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
      if (response?.ok) return (await response.json()).results;
      const again = !response || response.status >= 500 || response.status === 429;
      if (!again || attempt + 1 >= ATTEMPTS) {
        throw response ? await refusal(response) : new Stopped(UNREACHABLE, { reason: "unreachable", retryable: true });
      }
      await pause(Math.max(patience(attempt, 800, 15_000), response ? secondsAsked(response) * 1000 : 0));
    }
  }

  async function askTogether() {
    if (asking) return;
    asking = true;
    // Let the questions of this very moment gather.
    await pause(5);
    while (queue.length) {
      const [{ visibility }] = queue;
      const batch = queue.filter((question) => question.visibility === visibility).slice(0, UPLOADS_PER_CALL);
      queue = queue.filter((question) => !batch.includes(question));
      try {
        const results = await post(visibility, batch.map(({ upload }) => upload));
        const byId = new Map(results.map((result) => [result.upload_id, result]));
        for (const { upload, resolve, reject } of batch) {
          const result = byId.get(upload.upload_id);
          if (result) resolve(result);
          else reject(new Stopped(UNREACHABLE, { reason: "unanswered", retryable: true }));
        }
      } catch (stopped) {
        for (const { reject } of batch) reject(stopped);
      }
    }
    asking = false;
  }

  return (upload, visibility) =>
    new Promise((resolve, reject) => {
      queue.push({ upload, visibility, resolve, reject });
      askTogether();
    });
}
