// The slideshow: one photo after the other, until a person does something else.
const CHOSEN = "contactsheet.slideshow-seconds";
const SHORTEST = 2;
const LONGEST = 30;
const USUAL = 5;
const LOOK_AGAIN_MS = 200;

/** Return the seconds as a whole number from 2 to 30. */
export function secondsOf(text) {
  const seconds = Math.round(Number(text) || USUAL);
  return Math.min(LONGEST, Math.max(SHORTEST, seconds));
}

export class Slideshow {
  /** `next` shows the next photo and returns whether there was one; `isReady` tells whether it is loaded. */
  constructor({ next, isReady, onChange, store = localStorage }) {
    Object.assign(this, { next, isReady, onChange, store });
    this.timer = 0;
  }

  get seconds() {
    return secondsOf(this.store.getItem(CHOSEN));
  }

  set seconds(text) {
    this.store.setItem(CHOSEN, String(secondsOf(text)));
    if (this.isRunning) this.#wait(1000 * this.seconds);
  }

  get isRunning() {
    return this.timer !== 0;
  }

  toggle() {
    if (this.isRunning) this.stop();
    else this.start();
  }

  start() {
    if (this.isRunning) return;
    this.#wait(1000 * this.seconds);
    this.onChange(true);
  }

  stop() {
    if (!this.isRunning) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.onChange(false);
  }

  #wait(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#step(), ms);
  }

  #step() {
    // A photo that is still loading is not shown half.
    if (!this.isReady()) this.#wait(LOOK_AGAIN_MS);
    else if (this.next()) this.#wait(1000 * this.seconds);
    else this.stop();
  }
}
