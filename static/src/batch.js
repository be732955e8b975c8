// An action on many photos: ask for it, and follow it until it is finished. If the page goes away, the gallery goes on.
import { gettext, interpolate } from "./i18n.js";
import { headersOf } from "./request.js";

const AGAIN_MS = 2000;

/** The gallery refused, or can't be reached: `message` says so. Asking again helps if `isPassing`. */
export class NotDone extends Error {
  constructor(message, { isPassing = false } = {}) {
    super(message);
    this.isPassing = isPassing;
  }
}

/** Ask the gallery for JSON: by POST if there is a body. Throws NotDone. */
export async function ask(url, body) {
  let response;
  try {
    response = await fetch(url, { method: body ? "POST" : "GET", headers: headersOf({ writes: Boolean(body) }), body });
  } catch {
    throw new NotDone(gettext("We couldn't reach the gallery. Check your connection, then try again."), { isPassing: true });
  }
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  if (response.redirected || (response.status === 403 && !isJson)) {
    throw new NotDone(gettext("You're signed out, or this page has expired. Reload the page, then try again."));
  }
  const isPassing = response.status === 429 || response.status >= 500;
  if (!isJson) throw new NotDone(gettext("The gallery isn't responding. Try again in a moment."), { isPassing });
  const answer = await response.json();
  if (!response.ok) throw new NotDone(answer.sentence, { isPassing });
  return answer;
}

/** Call `show` with each step of the batch until it is finished, and return it then. Throws NotDone. */
export async function finished(batch, show) {
  let now = batch;
  while (!now.finished) {
    show(now);
    try {
      now = await ask(now.advance_url, new FormData());
    } catch (problem) {
      if (!problem.isPassing) throw problem;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
  return now;
}

export function progressOf({ processed, total }) {
  return interpolate(gettext("%(done)s of %(total)s"), { done: processed, total });
}

/** The page of a batch: show its progress. */
export async function followBatch() {
  const page = document.querySelector("[data-batch]");
  for (const plain of page.querySelectorAll("[data-plain]")) plain.hidden = true;
  const sentence = page.querySelector("[data-sentence]");
  try {
    await finished(await ask(page.dataset.batch, new FormData()), (batch) => {
      sentence.textContent = batch.sentence;
      page.querySelector("[data-figures]").textContent = progressOf(batch);
      page.querySelector("progress").value = batch.processed;
    });
    location.reload();
  } catch (problem) {
    sentence.textContent = problem.message;
  }
}
