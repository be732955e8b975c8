// All uploads of this page: what waits, what moves, what became of each.
import { deliver } from "./delivery.js";
import { digest } from "./digest.js";
import { slots } from "./slots.js";
import { Stopped } from "./stopped.js";

const IN_PARALLEL = 4;
// Read ahead a little, but never hold offers that would die before their turn.
const LOOK_AHEAD = 12;
const LARGEST_BYTES = 50 * 1024 ** 2;

const EMPTY = new Stopped("This file is empty. Nothing was uploaded.", { reason: "empty" });
const TOO_LARGE = new Stopped("This file is larger than 50 MB. Nothing was uploaded.", {
  reason: "too_large",
});
const UNKNOWN = new Stopped("Something went wrong in this page. Retry, or reload the page.", { retryable: true });

const TYPES = { heic: "image/heic", heif: "image/heif", avif: "image/avif", tif: "image/tiff", tiff: "image/tiff" };

/** The media type of a file; systems that know no HEIC leave it empty. */
export function contentType(file) {
  const extension = file.name.split(".").pop().toLowerCase();
  return file.type || TYPES[extension] || "application/octet-stream";
}

/**
 * Uploads, each with `state`: waiting, sending, processing, done, failed. Says "change" with the upload.
 */
export class Uploads extends EventTarget {
  all = [];

  constructor({ ask, put, follow, read = digest, online, pause }) {
    super();
    this.means = { ask, put, online, pause };
    this.follow = follow;
    this.read = read;
    this.ahead = slots(LOOK_AHEAD);
    this.sending = slots(IN_PARALLEL);
  }

  add(files, visibility) {
    for (const file of files) {
      const item = { id: crypto.randomUUID(), file, visibility, state: "waiting", sent: 0, sentence: "" };
      this.all.push(item);
      this.#start(item);
    }
  }

  retryFailed() {
    for (const item of this.all) if (item.state === "failed" && item.retryable) this.#start(item);
  }

  clearFinished() {
    this.all = this.all.filter(({ state }) => state === "waiting" || state === "sending" || state === "processing");
    this.dispatchEvent(new CustomEvent("change", { detail: null }));
  }

  /** Whether leaving the page now would lose something. */
  get unfinished() {
    return this.all.some(({ state }) => state === "waiting" || state === "sending");
  }

  /** Whether something of these uploads still moves, here or in the gallery. */
  get inMotion() {
    return this.unfinished || this.all.some(({ state }) => state === "processing");
  }

  get totals() {
    const counted = this.all.filter(({ state, retryable }) => state !== "failed" || retryable);
    const inState = (...states) => this.all.filter(({ state }) => states.includes(state)).length;
    return {
      files: this.all.length,
      arrived: inState("processing", "done"),
      failed: inState("failed"),
      retryable: this.all.filter(({ state, retryable }) => state === "failed" && retryable).length,
      sentBytes: counted.reduce((sum, { sent }) => sum + sent, 0),
      bytes: counted.reduce((sum, { file }) => sum + file.size, 0),
    };
  }

  #change(item, facts) {
    Object.assign(item, facts);
    this.dispatchEvent(new CustomEvent("change", { detail: item }));
  }

  async #start(item) {
    this.#change(item, { state: "waiting", sent: 0, sentence: "", retryable: false });
    try {
      const { photo_id, page_url } = await this.ahead(() => this.#bring(item));
      this.#change(item, { state: "processing", sent: item.file.size, photoId: photo_id, pageUrl: page_url });
      this.follow(photo_id, (photo) => this.#settle(item, photo));
    } catch (stopped) {
      const { message, retryable } = stopped instanceof Stopped ? stopped : UNKNOWN;
      this.#change(item, { state: "failed", sent: 0, sentence: message, retryable });
      if (!(stopped instanceof Stopped)) throw stopped;
    }
  }

  async #bring(item) {
    const { file, visibility } = item;
    if (!file.size) throw EMPTY;
    // Refused here only to spare the reading; the gallery decides by itself.
    if (file.size > LARGEST_BYTES) throw TOO_LARGE;
    const upload = {
      upload_id: item.id,
      name: file.name,
      size_bytes: file.size,
      content_type: contentType(file),
      sha256: await this.read(file),
    };
    return this.sending(async () => {
      this.#change(item, { state: "sending" });
      const onProgress = (sent) => this.#change(item, { sent: Math.min(sent, file.size) });
      return deliver({ file, upload, visibility }, { ...this.means, onProgress });
    });
  }

  #settle(item, photo) {
    const failed = photo.state === "failed";
    this.#change(item, {
      state: failed ? "failed" : "done",
      sentence: photo.state_sentence || "On the sheet.",
      retryable: false,
      pageUrl: photo.page_url,
      photo,
    });
  }
}
