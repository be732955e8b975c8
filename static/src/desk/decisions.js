// Decisions of this page: shown at once, sent in order, and undone by levels. Without any DOM.
import { gettext } from "../i18n.js";

const MOST_AT_ONCE = 100;
// Decisions of this time travel together: below four requests a second, however fast the keys come.
const INTERVAL_MS = 300;
const LEVELS = 500;

/** The gallery did not take a batch; the message is a sentence for people. */
export class NotSaved extends Error {
  constructor(sentence, { retryAfterMs = 0 } = {}) {
    super(sentence);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * A card has `id`, `value` (what a decision carries), `verdict` (the decision shown, or null), `note` and
 * `refuse(result)`. `send({decision, reason, cards})` resolves to the results by photo id or throws NotSaved.
 * Dispatches "change" after anything changed, and "saved" with the decision and the number of photos.
 */
export class Decisions extends EventTarget {
  #steps = [];
  #levels = [];
  #inFlight = 0;
  #isRunning = false;
  #sentAt = -Infinity;

  constructor({ send, pause, now = () => performance.now() }) {
    super();
    Object.assign(this, { send, pause, now });
  }

  /** The number of decisions that the gallery has not answered yet. */
  get unsaved() {
    return this.#steps.length + this.#inFlight;
  }

  get canUndo() {
    return this.#levels.length > 0;
  }

  decide(cards, decision, reason = "") {
    const level = cards.map((card) => ({ card, decision, reason, before: card.verdict, undo: null, state: "queued" }));
    this.#levels.push(level);
    if (this.#levels.length > LEVELS) this.#levels.shift();
    for (const item of level) {
      this.#show(item.card, { decision, reason });
      this.#steps.push({ item, isUndo: false });
    }
    this.#changed();
  }

  /** Take back the latest decision that can be taken back. Return its cards. */
  undo() {
    while (this.#levels.length) {
      const cards = this.#levels.pop().filter((item) => this.#takeBack(item)).map(({ card }) => card);
      if (!cards.length) continue;
      this.#changed();
      return cards;
    }
    return [];
  }

  #takeBack(item) {
    if (item.state === "queued") {
      // The gallery has not heard of it.
      this.#steps = this.#steps.filter((step) => step.item !== item);
      item.state = "undone";
    } else if (item.state === "sent" || item.state === "done") {
      this.#steps.push({ item, isUndo: true });
    } else {
      return false;
    }
    this.#show(item.card, item.before);
    return true;
  }

  #show(card, verdict) {
    card.verdict = verdict;
    card.note = null;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
    this.#run();
  }

  async #run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#steps.length) {
        const waitMs = this.#sentAt + INTERVAL_MS - this.now();
        if (waitMs > 0) await this.pause(waitMs);
        const batch = this.#nextBatch();
        if (!batch) continue;
        this.#sentAt = this.now();
        await this.#deliver(batch);
        this.dispatchEvent(new Event("change"));
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** Take the steps at the head that are the same decision, each photo once. */
  #nextBatch() {
    const steps = [];
    const seen = new Set();
    let wanted = null;
    while (this.#steps.length && steps.length < MOST_AT_ONCE) {
      const [step] = this.#steps;
      const { item, isUndo } = step;
      const next = isUndo ? item.undo : item;
      if (!next) {
        this.#steps.shift();
        this.#notUndone(item);
        continue;
      }
      wanted ??= next;
      if (next.decision !== wanted.decision || next.reason !== wanted.reason || seen.has(item.card.id)) break;
      seen.add(item.card.id);
      steps.push(this.#steps.shift());
      if (!isUndo) item.state = "sent";
    }
    return steps.length ? { steps, decision: wanted.decision, reason: wanted.reason } : null;
  }

  #notUndone(item) {
    // What never happened, or what someone else has changed since, is told on its tile already.
    if (item.state !== "done") return;
    this.#show(item.card, item);
    item.card.note = { sentence: gettext("This decision can't be undone. Decide again instead.") };
  }

  async #deliver(batch) {
    const { steps, decision, reason } = batch;
    this.#inFlight = steps.length;
    try {
      const results = await this.send({ decision, reason, cards: steps.map(({ item }) => item.card) });
      const saved = steps.filter((step) => this.#settle(step, results.get(step.item.card.id)));
      if (saved.length) {
        this.dispatchEvent(new CustomEvent("saved", { detail: { decision, count: saved.length } }));
      }
    } catch (problem) {
      const { message, retryAfterMs = 0 } = problem;
      if (retryAfterMs) {
        for (const { item, isUndo } of steps) if (!isUndo) item.state = "queued";
        this.#steps.unshift(...steps);
        await this.pause(retryAfterMs);
      } else {
        for (const step of steps) this.#fail(step, problem instanceof NotSaved ? message : gettext("Something went wrong on this page. Reload it."));
        if (!(problem instanceof NotSaved)) throw problem;
      }
    } finally {
      this.#inFlight = 0;
    }
  }

  /** Take the gallery's answer about one photo. Return whether it was changed. */
  #settle({ item, isUndo }, result) {
    const { card } = item;
    if (result?.outcome === "done") {
      card.value = result.value ?? card.value;
      if (isUndo) item.state = "undone";
      else Object.assign(item, { state: "done", undo: result.undo });
      return true;
    }
    // The photo is not as anything queued or undoable here assumes.
    this.#steps = this.#steps.filter((step) => step.item.card !== card);
    for (const other of this.#levels.flat()) if (other.card === card) other.state = "refused";
    item.state = "refused";
    card.verdict = null;
    card.refuse(result ?? { sentence: gettext("This photo is no longer here. Its owner made it private or deleted it.") });
    return false;
  }

  #fail({ item, isUndo }, sentence) {
    const { card, decision, reason } = item;
    const isLatest = !this.#steps.some((step) => step.item.card === card);
    if (isUndo) {
      this.#levels.push([item]);
      if (!isLatest) return;
      this.#show(card, { decision, reason });
      card.note = { sentence, retry: () => this.undo() };
    } else {
      item.state = "failed";
      this.#levels = this.#levels.map((level) => level.filter((other) => other !== item)).filter((level) => level.length);
      if (!isLatest) return;
      this.#show(card, item.before);
      card.note = { sentence, retry: () => this.decide([card], decision, reason) };
    }
  }
}
