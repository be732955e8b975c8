// One photo of the review page: its tile, what is decided about it, and what the tile says.
import { gettext, interpolate } from "../i18n.js";

const VERDICTS = {
  approve: () => gettext("Approved"),
  reject: () => gettext("Rejected"),
  review: () => gettext("Back to review"),
  trash: () => gettext("In the trash"),
  restore: () => gettext("Restored"),
};

/** Have the site's script show times in the reader's way, as in every part that is loaded later. */
export function enhance(elt) {
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt } }));
}

const byElement = new WeakMap();

export class Card {
  #verdict = null;
  #isGone = false;

  constructor(element) {
    this.#take(element);
  }

  /** Return the card of the tile that contains the element. */
  static of(element) {
    return byElement.get(element?.closest?.("[data-tile]"));
  }

  #take(element) {
    this.element = element;
    this.id = element.dataset.photoId;
    byElement.set(element, this);
  }

  get box() {
    return this.element.querySelector("input[type=checkbox]");
  }

  get value() {
    return this.box.value;
  }

  set value(value) {
    this.box.value = value;
  }

  /** Whether new words of an approved photo are judged, and not the photo. The server's value says it. */
  get isAboutWords() {
    return this.value.split(":")[1] === "words";
  }

  get isChosen() {
    return this.box.checked;
  }

  set isChosen(isChosen) {
    this.box.checked = isChosen && this.isOpen;
    this.element.classList.toggle("chosen", this.box.checked);
  }

  /** Whether the photo is still to be judged. */
  get isOpen() {
    return !this.#verdict && !this.#isGone;
  }

  get isGone() {
    return this.#isGone;
  }

  /** Whether the hand passes over it: someone else reads it, or has to decide. */
  get isLeft() {
    return Boolean(this.reader) || "own" in this.element.dataset;
  }

  get reader() {
    return this.element.dataset.reader;
  }

  set reader(name) {
    this.element.dataset.reader = name;
    const line = this.element.querySelector("[data-reader-line]");
    line.hidden = !name;
    line.textContent = name ? interpolate(gettext("Being read by %(name)s"), { name }) : "";
  }

  get verdict() {
    return this.#verdict;
  }

  set verdict(verdict) {
    this.#verdict = verdict;
    const label = this.element.querySelector("[data-verdict]");
    label.hidden = !verdict;
    label.textContent = verdict ? [VERDICTS[verdict.decision](), verdict.reason].filter(Boolean).join(": ") : "";
    this.element.dataset.decided = verdict?.decision ?? "";
    if (verdict) this.isChosen = false;
    this.#hideBox(Boolean(verdict));
  }

  #hideBox(isHidden) {
    // The focus stays on the tile when its box is hidden.
    const hadFocus = document.activeElement === this.box;
    this.box.hidden = isHidden;
    if (hadFocus && isHidden) this.element.focus({ preventScroll: true });
  }

  /** A sentence below the picture, with a button that tries again; null removes it. */
  set note(note) {
    const place = this.element.querySelector("[data-note]");
    place.replaceChildren();
    place.hidden = !note;
    if (!note) return;
    const text = document.createElement("span");
    text.textContent = note.sentence;
    place.append(text);
    if (!note.retry) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "as-link";
    button.textContent = gettext("Retry");
    button.addEventListener("click", note.retry, { once: true });
    place.append(" ", button);
  }

  /** Show the photo as it is now, and why it was not changed. */
  refuse({ sentence, tile = "" }) {
    const fresh = new DOMParser().parseFromString(tile, "text/html").querySelector("[data-tile]");
    if (fresh) {
      const { classList } = this.element;
      const hadFocus = this.element.contains(document.activeElement);
      fresh.classList.toggle("in-hand", classList.contains("in-hand"));
      // A loaded picture stays: the new address would load it again.
      const picture = this.element.querySelector(".desk-picture picture");
      if (picture) fresh.querySelector(".desk-picture picture")?.replaceWith(picture);
      this.element.replaceWith(fresh);
      enhance(fresh);
      this.#take(fresh);
      if (hadFocus) this.focus();
    } else {
      this.#isGone = true;
      this.#hideBox(true);
    }
    this.element.classList.add("refused");
    this.note = { sentence };
  }

  focus() {
    (this.box.hidden ? this.element : this.box).focus({ preventScroll: true });
  }
}
