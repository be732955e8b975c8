// Download photos as one zip, made here from what S3 sends: see decision 0146.
import { makeZip } from "client-zip";
import { ask } from "../batch.js";
import { gettext, interpolate, locale, ngettext } from "../i18n.js";
import { Contents } from "./contents.js";
import { deliver, Ended, TooLargeToHold } from "./delivery.js";
import { Listing } from "./listing.js";
import { Broken } from "./source.js";

/** The page is left while a zip is made: the browser asks first. */
const stay = (event) => event.preventDefault();

/**
 * Make a zip and save it. Returns a sentence of what became of it, and what failed.
 * `show` is called with the contents as they grow.
 */
export async function download({ itemsUrl, aboutUrl = "", query = "", ids = null, name, withSidecars = false, show, signal }) {
  let contents;
  // What is still being fetched ends with the download, however that ends.
  const inner = new AbortController();
  signal.addEventListener("abort", () => inner.abort(signal.reason));
  try {
    const about = aboutUrl ? await ask(aboutUrl) : null;
    const listing = new Listing({ url: itemsUrl, query, ids, signal: inner.signal });
    contents = new Contents({ listing, signal: inner.signal, about, withSidecars, show });
    const stream = makeZip(contents, { buffersAreUTF8: true });
    // Not earlier: the download begins as a navigation, which must not ask.
    const begun = () => addEventListener("beforeunload", stay);
    await deliver(stream, name, { signal, begun });
  } catch (problem) {
    return { isDone: false, sentence: whyNot(problem, signal), failed: contents?.failed ?? [] };
  } finally {
    inner.abort();
    removeEventListener("beforeunload", stay);
  }
  return { isDone: true, sentence: doneSentence(contents), failed: contents.failed };
}

function whyNot(problem, signal) {
  if (signal.aborted) return gettext("You stopped the download. The file is not complete: delete it.");
  if (problem instanceof Ended) return gettext("Your browser ended the download. The file is not complete: download it again.");
  if (problem instanceof TooLargeToHold) {
    return gettext("Your browser can't save this much at once, such as in a private window. Download the photos one by one.");
  }
  if (problem instanceof Broken || problem instanceof TypeError) {
    return gettext("The connection broke off. The file is not complete: download it again.");
  }
  return problem.message;
}

function doneSentence({ files, failed }) {
  const done = interpolate(ngettext("%(count)s photo downloaded.", "%(count)s photos downloaded.", files), { count: files });
  if (!failed.length) return done;
  const missing = ngettext(
    "%(count)s photo is missing: not-downloaded.txt in the archive says why.",
    "%(count)s photos are missing: not-downloaded.txt in the archive says why.",
    failed.length,
  );
  return `${done} ${interpolate(missing, { count: failed.length })}`;
}

const UNITS = ["kB", "MB", "GB", "TB"];

/** Return a number of bytes in words, such as "3.2 MB". */
export function sizeOf(bytes) {
  let unit = -1;
  let number = bytes;
  do {
    number /= 1000;
    unit += 1;
  } while (number >= 999.5 && unit < UNITS.length - 1);
  return `${number.toLocaleString(locale(), { maximumFractionDigits: number < 10 ? 1 : 0 })} ${UNITS[unit]}`;
}

/** Return how far it is, of so many photos. */
export function progressOf({ files, failed, bytes }, total) {
  const values = { done: files + failed.length, total, size: sizeOf(bytes) };
  return interpolate(gettext("%(done)s of %(total)s · %(size)s"), values);
}

/** Return the name of a zip of this day. */
export function zipName(title, now = new Date()) {
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  return `${title} ${day}.zip`;
}

/** Call at most ten times a second: bytes come much more often. */
export function throttled(show) {
  let last = 0;
  return (contents) => {
    const now = performance.now();
    if (now - last < 100) return;
    last = now;
    show(contents);
  };
}
