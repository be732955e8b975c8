// What the gallery tells of a photo to this viewer: as HTML for the panel, and the address of the original.
import { ask } from "../batch.js";

const FRESH_MS = 4 * 60_000;
const known = new Map();

/** Return the details of the photo that the link leads to. Throws NotDone. */
export function detailsOf(link) {
  const url = new URL("info/", link.href).href;
  const found = known.get(url);
  // The original's address is valid for five minutes.
  if (found && Date.now() - found.at < FRESH_MS) return found.details;
  const details = ask(url);
  known.set(url, { at: Date.now(), details });
  details.catch(() => known.delete(url));
  return details;
}
