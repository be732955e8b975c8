// Send decisions to the gallery: the same form as without script, answered in JSON.
import { gettext } from "../i18n.js";
import { headersOf } from "../request.js";
import { NotSaved } from "./decisions.js";

export function post(url, fields, { keepalive = false } = {}) {
  const body = new URLSearchParams(fields);
  return fetch(url, { method: "POST", headers: headersOf(), body, keepalive });
}

function refusal(response) {
  if (response.status === 429) {
    const seconds = Number(response.headers.get("Retry-After")) || 1;
    return new NotSaved(gettext("Too many decisions at once."), { retryAfterMs: 1000 * Math.min(seconds, 60) });
  }
  if (response.redirected || response.status === 401 || response.status === 403) {
    return new NotSaved(gettext("Not saved: you're signed out, or this page has expired. Reload the page, then decide again."));
  }
  return new NotSaved(gettext("Not saved: the gallery isn't responding. Retry in a moment."));
}

/** Send one decision about some cards. Return the results by photo id. */
export async function sendDecision({ decision, reason, cards }) {
  const fields = [["decision", decision], ["reason", reason], ...cards.map(({ value }) => ["chosen", value])];
  let response;
  try {
    response = await post(location.href, fields, { keepalive: true });
  } catch {
    throw new NotSaved(gettext("Not saved: the connection was lost. Retry when you're back online."));
  }
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  if (!response.ok || response.redirected || !isJson) throw refusal(response);
  try {
    return new Map((await response.json()).results.map((result) => [result.id, result]));
  } catch {
    throw new NotSaved(gettext("Not saved: the connection was lost. Retry when you're back online."));
  }
}
