// The files of a zip, one after the other: originals, what is said of them, and what could not be downloaded.
import { gettext } from "../i18n.js";
import { Names } from "./names.js";
import { xmpOf } from "./sidecar.js";
import { Missing, Source } from "./source.js";

/** A zip stores dates of 1980 to 2107 (PKWARE APPNOTE, 4.4.6). */
const EARLIEST = new Date(1980, 0, 1);

const notNow = () => gettext("We couldn't download this photo. Try again later.");

function modified(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) || date < EARLIEST || date.getFullYear() > 2107 ? EARLIEST : date;
}

export class Contents {
  failed = [];
  files = 0;
  bytes = 0;
  #names = new Names();
  #photos = new Blob([]);

  /** `about` is what contactsheet.json starts with; without it, there is none. `show` is told of each step. */
  constructor({ listing, signal, about = null, withSidecars = false, show = () => {}, open = (facts) => new Source(facts) }) {
    Object.assign(this, { listing, signal, about, withSidecars, show, open });
  }

  /** Yield what client-zip packs. */
  async *[Symbol.asyncIterator]() {
    const titles = new Map((this.about?.albums ?? []).map(({ id, title }) => [id, title]));
    for await (const item of this.listing) {
      this.signal?.throwIfAborted();
      const path = this.#names.pathOf(item);
      const source = await this.#opened(item, path);
      if (source) {
        const lastModified = modified(item.modifiedAt);
        yield { name: path, lastModified, input: this.#counted(source) };
        if (this.withSidecars && item.about) {
          const names = [`${path}.xmp`, `${path}-${item.id}.xmp`];
          yield { name: this.#names.pathOf({ folder: "", names }), lastModified, input: xmpOf(item.about, titles) };
        }
        this.files += 1;
        this.show(this);
      }
      this.#remember(item, source ? path : null);
    }
    if (this.about) yield { name: "contactsheet.json", input: this.#document(), lastModified: new Date() };
    if (this.failed.length) yield { name: "not-downloaded.txt", input: this.#report(), lastModified: new Date() };
  }

  async #opened(item, path) {
    if (!item.address) return this.#fail(path, item.sentence ?? (item.isPreparing ? notNow() : gettext("This photo is gone.")));
    const addressOf = (how) => this.listing.addressOf(item, how);
    const source = this.open({ sizeBytes: item.sizeBytes, addressOf, signal: this.signal });
    try {
      await source.open();
      return source;
    } catch (problem) {
      if (!(problem instanceof Missing)) throw problem;
      return this.#fail(path, problem.sentence || notNow());
    }
  }

  #fail(path, sentence) {
    this.failed.push({ path, sentence });
    this.show(this);
    return null;
  }

  async *#counted(source) {
    try {
      for await (const bytes of source) {
        this.bytes += bytes.length;
        this.show(this);
        yield bytes;
      }
    } finally {
      await source.close();
    }
  }

  /** Browsers keep a Blob outside of the page's memory, so a long list does not fill it. */
  #remember({ id, about }, file) {
    if (!this.about || !about) return;
    const text = JSON.stringify({ id, file, ...about });
    this.#photos = new Blob(this.#photos.size ? [this.#photos, ",\n", text] : [text]);
  }

  #document() {
    const head = JSON.stringify(this.about, null, 1).replace(/\n\}$/, "");
    return new Blob([head, ',\n "photos": [\n', this.#photos, "\n]\n}\n"]);
  }

  #report() {
    const lines = this.failed.map(({ path, sentence }) => `${path}: ${sentence}`);
    return `${gettext("These photos are not in this archive:")}\n\n${lines.join("\n")}\n`;
  }
}
