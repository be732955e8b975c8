// All uploads of this page and their states.
import { gettext } from "../i18n.js";
import { deliver } from "./delivery.js";
import { digest } from "./digest.js";
import { folderOf } from "./drop.js";
import { UploadError } from "./error.js";
import { shapeOf } from "./shape.js";
import { slots } from "./slots.js";

const IN_PARALLEL = 4;
// Hash some files in advance, but get no offers that would expire before their turn.
const PREPARED = 12;
const LARGEST_BYTES = 50 * 1024 ** 2;
const LONGEST_TITLE = 120;

const empty = () => new UploadError(gettext("This file is empty. Choose another file."), { reason: "empty" });

const tooLarge = () =>
  new UploadError(gettext("This file is larger than 50 MB. Save a smaller copy and upload it."), { reason: "too_large" });

const alreadyThere = () => gettext("You already have this photo.");

const unexpected = () =>
  new UploadError(gettext("Something went wrong on this page. Retry, or reload the page."), { retryable: true });

/** Return the folder's name, with those of the folders around it where another one has the same name. */
function titleOf({ name, path }, folders) {
  const full = path.join(" / ");
  const isTaken = [...folders].some((other) => other.name === name && other.path.join(" / ") !== full);
  // Of what is too long for a title, the end says more.
  return [...(isTaken ? full : name)].slice(-LONGEST_TITLE).join("");
}

/** Uploads with a `state`: waiting, sending, processing, done or failed. Dispatches "change" with the upload. */
export class Uploads extends EventTarget {
  all = [];

  constructor({ requestOffer, put, follow, read = digest, measure = shapeOf, online, pause }) {
    super();
    this.dependencies = { requestOffer, put, online, pause };
    this.follow = follow;
    this.read = read;
    this.measure = measure;
    this.preparing = slots(PREPARED);
    this.sending = slots(IN_PARALLEL);
  }

  add(files, visibility) {
    for (const file of files) {
      const item = {
        ...{ id: crypto.randomUUID(), file, visibility, folder: folderOf(file) },
        ...{ state: "waiting", sent: 0, sentence: "" },
      };
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

  /** Whether leaving the page now would cancel an upload. */
  get unfinished() {
    return this.all.some(({ state }) => state === "waiting" || state === "sending");
  }

  /** Whether any upload is still in progress, here or in the gallery. */
  get inProgress() {
    return this.unfinished || this.all.some(({ state }) => state === "processing");
  }

  /** Names of files that would be lost if the page went away now. */
  get missing() {
    return this.all.filter(({ state }) => state === "waiting" || state === "sending").map(({ file }) => file.name);
  }

  /** Folders whose files have all arrived, or never will: `{ folder, title, ids }`, with the ids of their photos. */
  get folders() {
    const found = new Map();
    for (const item of this.all) {
      if (item.folder && !found.get(item.folder)?.push(item)) found.set(item.folder, [item]);
    }
    return [...found]
      // What can be tried again belongs to the album, too.
      .filter(([, items]) => items.every(({ state, retryable }) => state !== "waiting" && state !== "sending" && !retryable))
      .map(([folder, items]) => ({
        folder,
        title: titleOf(folder, found.keys()),
        ids: items.filter(({ photoId }) => photoId).map(({ photoId }) => photoId),
      }))
      .filter(({ ids }) => ids.length);
  }

  get totals() {
    const counted = this.all.filter(({ state, retryable }) => state !== "failed" || retryable);
    const inState = (...states) => this.all.filter(({ state }) => states.includes(state)).length;
    return {
      files: this.all.length,
      arrived: inState("processing", "done"),
      known: this.all.filter(({ state, known }) => known && (state === "processing" || state === "done")).length,
      failed: inState("failed"),
      retryable: this.all.filter(({ state, retryable }) => state === "failed" && retryable).length,
      sentBytes: counted.reduce((sum, { sent }) => sum + sent, 0),
      bytes: counted.reduce((sum, { file }) => sum + file.size, 0),
    };
  }

  #change(item, changes) {
    Object.assign(item, changes);
    this.dispatchEvent(new CustomEvent("change", { detail: item }));
  }

  async #start(item) {
    this.#change(item, { state: "waiting", sent: 0, sentence: "", retryable: false });
    try {
      const { photo_id, page_url, known = false, sentence: said } = await this.preparing(() => this.#upload(item));
      const sentence = known ? said || alreadyThere() : "";
      this.#change(item, { state: "processing", sentence, sent: item.file.size, photoId: photo_id, pageUrl: page_url, known, knownAs: sentence });
      this.follow(photo_id, (photo) => this.#settle(item, photo));
    } catch (problem) {
      const isExpected = problem instanceof UploadError;
      const { message, retryable } = isExpected ? problem : unexpected();
      this.#change(item, { state: "failed", sent: 0, sentence: message, retryable });
      if (!isExpected) throw problem;
    }
  }

  async #upload(item) {
    const { file, visibility } = item;
    if (!file.size) throw empty();
    // Saves hashing a file that the gallery would refuse.
    if (file.size > LARGEST_BYTES) throw tooLarge();
    const [sha256, shape] = await Promise.all([this.read(file), this.measure(file)]);
    const upload = {
      ...shape,
      upload_id: item.id,
      name: file.name,
      size_bytes: file.size,
      content_type: file.type,
      sha256,
    };
    return this.sending(async () => {
      this.#change(item, { state: "sending" });
      const onProgress = (sent) => this.#change(item, { sent: Math.min(sent, file.size) });
      return deliver({ file, upload, visibility }, { ...this.dependencies, onProgress });
    });
  }

  #settle(item, photo) {
    const failed = photo.state === "failed";
    const sentence = photo.state_sentence || gettext("Published.");
    this.#change(item, {
      state: failed ? "failed" : "done",
      sentence: item.known && !failed ? item.knownAs : sentence,
      retryable: false,
      pageUrl: photo.page_url,
      photo,
    });
  }
}
