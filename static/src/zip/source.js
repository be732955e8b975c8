// The bytes of one original, from S3: a broken connection goes on where it broke, and an old address is renewed.
import { NotDone } from "../batch.js";

const MOST_BREAKS = 6;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** An original that can't be downloaded at all; `sentence` says why, if the gallery knows. */
export class Missing extends Error {
  constructor(message, sentence = "") {
    super(message);
    this.sentence = sentence;
  }
}

/** An original that broke off half-way and did not come back: the zip can't be finished. */
export class Broken extends Error {}

/** Wait, longer each time. Rejects at once when the signal aborts. */
export const pause = (attempt, signal) => waited(Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS), signal);

/** Wait so many milliseconds. Rejects at once when the signal aborts. */
export function waited(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}

export class Source {
  #read = 0;
  #breaks = 0;
  #reader = null;

  /** `addressOf({ isOld })` returns a signed address; `wait` is for tests. */
  constructor({ sizeBytes, addressOf, signal, wait = pause, get = (...all) => fetch(...all) }) {
    Object.assign(this, { sizeBytes, addressOf, signal, wait, get });
  }

  /** Ask for the bytes. Throws Missing if there are none, so that the file is left out. */
  async open() {
    let isOld = false;
    for (;;) {
      let response;
      try {
        const headers = this.#read ? { Range: `bytes=${this.#read}-` } : {};
        const url = await this.addressOf({ isOld });
        response = await this.get(url, { headers, signal: this.signal, credentials: "omit", cache: "no-store" });
      } catch (problem) {
        await this.#broke(problem);
        continue;
      }
      if (response.ok && (!this.#read || response.status === 206)) {
        this.#reader = response.body.getReader();
        return;
      }
      await response.body?.cancel();
      // S3 says 403 of a signature that is too old, and to a new one of an object that is gone.
      const isRefused = response.status === 403;
      if (response.status === 404 || (isRefused && isOld)) throw new Missing(`status ${response.status}`);
      isOld = isRefused;
      await this.#broke(new Error(`status ${response.status}`));
    }
  }

  async #broke(problem) {
    this.signal?.throwIfAborted();
    // What the gallery refuses, it refuses for all: such as a share that ended.
    if (problem instanceof Missing || problem instanceof NotDone) throw problem;
    if (this.#breaks === MOST_BREAKS) {
      throw this.#read ? new Broken(problem.message) : new Missing(problem.message);
    }
    await this.wait(this.#breaks, this.signal);
    this.#breaks += 1;
  }

  /** Yield the bytes, as they are asked for. */
  async *[Symbol.asyncIterator]() {
    for (;;) {
      let step;
      try {
        step = await this.#reader.read();
      } catch (problem) {
        await this.#again(problem);
        continue;
      }
      if (step.done) {
        if (this.#read === this.sizeBytes) return;
        await this.#again(new Error("ended early"));
        continue;
      }
      this.#read += step.value.length;
      this.#breaks = 0;
      yield step.value;
    }
  }

  async #again(problem) {
    try {
      await this.#broke(problem);
      await this.open();
    } catch (missing) {
      throw missing instanceof Missing ? new Broken(missing.message) : missing;
    }
  }

  async close() {
    await this.#reader?.cancel().catch(() => {});
  }
}
