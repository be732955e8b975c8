// What to download, page by page: a page is asked for when the one before it is packed, so that its addresses are young.
import { ask } from "../batch.js";
import { gettext } from "../i18n.js";
import { Missing, pause, waited } from "./source.js";

const AT_ONCE = 50;
const MOST_ASKED = 8;
/** Copies without metadata are made when they are asked for: some seconds for a page of them. */
const LOOK_AGAIN_MS = 2000;
const MOST_LOOKS = 90;
/** Of their lifetime, addresses are used for this part: the rest is for clocks and slow answers. */
const USED_PART = 0.8;

/** Ask the gallery, again if that may help. */
async function asked(url, { signal }) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask(url);
    } catch (problem) {
      signal?.throwIfAborted();
      if (!problem.isPassing || attempt === MOST_ASKED) throw problem;
      await pause(attempt, signal);
    }
  }
}

export class Listing {
  /** `query` names an album, or is empty for everything; or `ids` are what was chosen. */
  constructor({ url, query = "", ids = null, signal, now = () => performance.now(), wait = waited }) {
    Object.assign(this, { url, query, ids, signal, now, wait });
  }

  async #page(parameters) {
    const url = new URL(this.url, location.href);
    for (const [name, value] of new URLSearchParams(parameters)) url.searchParams.set(name, value);
    const page = await asked(url, { signal: this.signal });
    const until = this.now() + page.seconds * 1000 * USED_PART;
    return { items: page.items.map((item) => ({ ...item, until })), next: page.next_cursor };
  }

  /** Wait for the copies that are being made. What isn't there in the end has no address. */
  async #prepared(items) {
    const found = new Map(items.map((item) => [item.id, item]));
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      const waiting = [...found.values()].filter((item) => item.isPreparing).map((item) => item.id);
      if (!waiting.length) break;
      await this.wait(LOOK_AGAIN_MS, this.signal);
      const again = await this.#page({ photos: waiting.join(",") });
      for (const id of waiting) found.get(id).isPreparing = false;
      for (const item of again.items) found.set(item.id, item);
    }
    return [...found.values()];
  }

  /** Yield items. Of chosen photos that are gone, yield one that says so. */
  async *[Symbol.asyncIterator]() {
    if (this.ids) {
      for (let start = 0; start < this.ids.length; start += AT_ONCE) {
        const wanted = this.ids.slice(start, start + AT_ONCE);
        const { items } = await this.#page({ photos: wanted.join(",") });
        const found = new Map(items.map((item) => [item.id, item]));
        for (const id of wanted) yield found.get(id) ?? { id, names: [id], folder: "", address: null, sentence: null };
      }
      return;
    }
    let cursor = "";
    do {
      const parameters = new URLSearchParams(this.query);
      if (cursor) parameters.set("cursor", cursor);
      const { items, next } = await this.#page(parameters);
      yield* await this.#prepared(items);
      cursor = next;
    } while (cursor);
  }

  /** Return an address of the item that lives long enough to start. */
  async addressOf(item, { isOld = false } = {}) {
    if (isOld || this.now() > item.until) {
      const { items } = await this.#page({ photos: item.id });
      if (!items[0]?.address) throw new Missing("no address", items[0] ? items[0].sentence : gettext("This photo is gone."));
      Object.assign(item, { address: items[0].address, until: items[0].until });
    }
    return item.address;
  }
}
