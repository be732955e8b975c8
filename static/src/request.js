// Requests of scripts: JSON is wanted, and a form's token is sent.

/** Return the headers of a script's request. */
export function headersOf({ writes = true } = {}) {
  const headers = { Accept: "application/json" };
  if (writes) headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
  return headers;
}
