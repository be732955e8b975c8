// The review page by keyboard, mouse and touch. Without script it is a form.
import { wait } from "../backoff.js";
import { gettext, interpolate, ngettext } from "../i18n.js";
import { Card, enhance } from "./card.js";
import { startClaims } from "./claims.js";
import { Decisions } from "./decisions.js";
import { Large } from "./large.js";
import { More } from "./more.js";
import { sendDecision } from "./send.js";

const LOAD_BELOW = 30;
const KEYS = { a: "approve", b: "review" };
// No one can read a photo and pass over it in this time: "j" so soon after a decision is the step to the next
// photo, which the decision has taken already. So "a a a" and "j a j a j a" judge the same photos.
const SAME_STEP_MS = 400;

const root = document.querySelector("[data-desk]");
const grid = root?.querySelector("[data-grid]");
const bar = root?.querySelector("[data-bar]");

function start() {
  const form = document.getElementById("desk");
  const reasons = bar.querySelector("[data-reasons]");
  const end = root.querySelector("[data-end]");
  const undoButton = bar.querySelector("[data-act=u]");
  const cards = [...grid.querySelectorAll("[data-tile]")].map((element) => new Card(element));
  const known = new Set(cards.map(({ id }) => id));
  const decisions = new Decisions({ send: sendDecision, pause: wait });
  const more = new More({ url: location.href, isKnown: (id) => known.has(id), onTiles: add });
  const large = new Large(root.querySelector("[data-large]"), bar, () => inHand?.focus());
  /** The card that keys are about, whether the person has taken it up, and where a range starts. */
  let inHand = null;
  let isTakenUp = false;
  let rangeFrom = null;
  let decidedAt = -Infinity;

  const openCards = () => cards.filter((card) => card.isOpen);
  const chosen = () => cards.filter((card) => card.isChosen);
  const offers = (decision) => Boolean(bar.querySelector(`button[value="${decision}"]`));
  const say = (text) => {
    bar.querySelector("[data-said]").textContent = text;
  };

  function add(tiles) {
    for (const tile of tiles) {
      known.add(tile.dataset.photoId);
      grid.append(tile);
      cards.push(new Card(tile));
      enhance(tile);
    }
    if (end) end.hidden = true;
  }

  function hold(card, { focus = true } = {}) {
    inHand?.element.classList.remove("in-hand");
    inHand?.element.removeAttribute("aria-current");
    inHand = card;
    if (!card) return;
    card.element.classList.add("in-hand");
    card.element.setAttribute("aria-current", "true");
    if (large.isOpen) {
      large.show(card);
    } else if (focus) {
      isTakenUp = true;
      card.focus();
      card.element.scrollIntoView({ block: "nearest" });
    }
  }

  /** Return the next card to judge: what others read comes last. Loads more where the page ends. */
  async function next(from, by = 1) {
    const at = cards.indexOf(from);
    const free = (card) => card.isOpen && !card.isLeft;
    if (by < 0) {
      const before = at < 0 ? [] : cards.slice(0, at).reverse();
      return before.find((card) => card.isOpen) ?? null;
    }
    for (;;) {
      const found = cards.slice(at + 1).find(free);
      if (found) return found;
      if (!(await more.load())) break;
    }
    return cards.find(free) ?? openCards().find((card) => card !== from) ?? null;
  }

  async function move(by, pressedAt = Infinity) {
    const isSameStep = !isTakenUp || pressedAt - decidedAt < SAME_STEP_MS;
    if (inHand?.isOpen && by > 0 && isSameStep) {
      decidedAt = -Infinity;
      hold(inHand);
      return;
    }
    const card = await next(inHand, by);
    if (card) hold(card);
  }

  /** Move to any tile, judged or not. */
  function step(by) {
    const at = cards.indexOf(inHand);
    const card = cards[Math.min(Math.max(at + by, 0), cards.length - 1)];
    if (card) hold(card);
  }

  function columns() {
    const { top } = cards[0].element.getBoundingClientRect();
    const row = cards.findIndex(({ element }) => element.getBoundingClientRect().top > top + 1);
    return row < 0 ? cards.length : row;
  }

  function loadAhead() {
    if (openCards().length < LOAD_BELOW) more.load();
  }

  async function advance(from) {
    loadAhead();
    const card = await next(from);
    hold(card);
    if (end) end.hidden = Boolean(card);
    if (card || openCards().length) return;
    if (large.isOpen) large.close();
    end?.focus();
  }

  async function decide(decision, reason = "", pressedAt = -Infinity) {
    if (!offers(decision)) return;
    let about = chosen();
    if (!about.length) {
      if (!inHand) hold(await next(null));
      if (!inHand || inHand.isGone || inHand.verdict?.decision === decision) return;
      about = [inHand];
    }
    const reader = about.find((card) => card.reader)?.reader;
    decisions.decide(about, decision, reason);
    say(reader ? interpolate(gettext("%(name)s is reading this photo, too."), { name: reader }) : "");
    closeReasons();
    isTakenUp = true;
    decidedAt = pressedAt;
    await advance(about.at(-1));
  }

  function undo() {
    const [card] = decisions.undo();
    if (card) {
      if (end) end.hidden = true;
      hold(card);
    } else {
      root.querySelector(".desk-undo button")?.click();
    }
  }

  function choose(card, isChosen = !card.isChosen) {
    card.isChosen = isChosen;
    rangeFrom = card;
    update();
  }

  /** Select from the card selected last to this one. */
  function chooseRange(card) {
    const [first, last] = [cards.indexOf(rangeFrom ?? card), cards.indexOf(card)].sort((one, other) => one - other);
    for (const between of cards.slice(first, last + 1)) between.isChosen = true;
    update();
  }

  function chooseAll() {
    const open = openCards();
    const isAll = open.every((card) => card.isChosen);
    for (const card of open) card.isChosen = !isAll;
    update();
  }

  /** The usual reasons for what is judged: photos or new words; null for some of both. */
  function usual(about) {
    const kinds = new Set(about.map((card) => (card.isAboutWords ? "words" : "photo")));
    return kinds.size === 1 ? reasons.querySelector(`[data-usual=${[...kinds][0]}]`) : null;
  }

  function openReasons() {
    const about = chosen().length ? chosen() : [inHand].filter(Boolean);
    if (!offers("reject") || !about.length) return;
    const offered = usual(about);
    for (const list of reasons.querySelectorAll("[data-usual]")) list.hidden = list !== offered;
    reasons.hidden = false;
    reasons.elements.reason.value = "";
    reasons.elements.reason.focus({ preventScroll: true });
  }

  function closeReasons() {
    if (reasons.hidden) return;
    const hadFocus = reasons.contains(document.activeElement);
    reasons.hidden = true;
    if (!hadFocus) return;
    if (large.isOpen) large.dialog.focus({ preventScroll: true });
    else inHand?.focus();
  }

  async function rejectBy(number, pressedAt) {
    if (!chosen().length && !inHand) hold(await next(null));
    const offered = usual(chosen().length ? chosen() : [inHand].filter(Boolean));
    // Of photos and words together a number says nothing.
    if (!offered) return openReasons();
    const button = offered.querySelectorAll("[data-reason]")[number - 1];
    return button ? decide("reject", button.dataset.reason, pressedAt) : undefined;
  }

  function escape() {
    if (!reasons.hidden) closeReasons();
    else if (large.isOpen) large.close();
    else {
      for (const card of chosen()) card.isChosen = false;
      update();
    }
  }

  async function enlarge() {
    if (large.isOpen) return large.close();
    if (!inHand) hold(await next(null));
    if (inHand) large.open(inHand);
  }

  function act(key, pressedAt) {
    if (key in KEYS) return decide(KEYS[key], "", pressedAt);
    if (/^[1-9]$/.test(key)) return rejectBy(Number(key), pressedAt);
    const acts = {
      j: () => move(1, pressedAt),
      k: () => move(-1),
      J: () => move(1).then(() => inHand && chooseRange(inHand)),
      K: () => move(-1).then(() => inHand && chooseRange(inHand)),
      ArrowRight: () => step(1),
      ArrowLeft: () => step(-1),
      ArrowDown: () => step(columns()),
      ArrowUp: () => step(-columns()),
      x: () => inHand && choose(inHand),
      X: () => inHand && chooseRange(inHand),
      "*": chooseAll,
      r: openReasons,
      u: undo,
      z: undo,
      " ": enlarge,
      Escape: escape,
      o: () => inHand?.element.querySelector("[data-open]").click(),
      "/": () => document.getElementById("searchbar")?.focus(),
    };
    return acts[key]();
  }

  const IS_KEY = /^([abjkrxzuoJKX*/1-9 ]|Escape|Arrow(Right|Left|Up|Down))$/;
  const REPEATS = /^([jkJK]|Arrow.*)$/;

  /** Return whether the key belongs to the element that has the focus. */
  function isTaken({ key, target }) {
    if (target.matches("textarea, select, input:not([type=checkbox])")) return true;
    const onTile = Boolean(Card.of(target)) && !target.matches("a, button");
    if (key === " ") return !(onTile || target === document.body || target === large.dialog);
    if (key.startsWith("Arrow")) return !(onTile || large.isOpen);
    return false;
  }

  // Keys are worked off one by one, also while more photos load: none is dropped.
  let keys = Promise.resolve();
  let waitingKeys = 0;
  const tellUnsaved = () => {
    root.dataset.unsaved = decisions.unsaved + waitingKeys;
  };
  const enqueue = (key, pressedAt) => {
    waitingKeys += 1;
    tellUnsaved();
    keys = keys
      .then(() => act(key, pressedAt))
      .catch((problem) => reportError(problem))
      .finally(() => {
        waitingKeys -= 1;
        tellUnsaved();
      });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !IS_KEY.test(event.key) || isTaken(event)) return;
    // The browser closes the dialog itself.
    if (event.key === "Escape" && large.isOpen && reasons.hidden) return;
    event.preventDefault();
    if (!event.repeat || REPEATS.test(event.key)) enqueue(event.key, event.timeStamp);
  });

  reasons.addEventListener("keydown", (event) => {
    const isUsual = /^[1-9]$/.test(event.key) && !reasons.elements.reason.value;
    if (event.key !== "Escape" && !isUsual) return;
    event.preventDefault();
    event.stopPropagation();
    enqueue(event.key);
  });
  reasons.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = reasons.elements.reason.value.trim();
    if (reason) decide("reject", reason);
  });
  reasons.addEventListener("click", ({ target }) => {
    const reason = target.closest("[data-reason]");
    if (reason) decide("reject", reason.dataset.reason);
    else if (target.closest("[data-cancel]")) closeReasons();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const decision = event.submitter?.value;
    if (decision === "reject") openReasons();
    else if (decision) decide(decision);
  });
  root.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]");
    if (act) enqueue(act.dataset.act);
    const card = Card.of(event.target);
    if (!card) return;
    if (event.target.closest("[data-enlarge]")) {
      hold(card, { focus: false });
      large.open(card);
    } else if (event.target === card.box && event.shiftKey) {
      chooseRange(card);
    } else if (event.target.closest("label")) {
      hold(card, { focus: false });
    }
  });
  grid.addEventListener("change", ({ target }) => {
    const card = Card.of(target);
    if (!card) return;
    card.isChosen = target.checked;
    rangeFrom = card;
    update();
  });
  grid.addEventListener("focusin", ({ target }) => {
    const card = Card.of(target);
    if (card && card !== inHand) hold(card, { focus: false });
    isTakenUp = true;
  });

  const SAID = {
    approve: (count) => ngettext("%(count)s approved.", "%(count)s approved.", count),
    reject: (count) => ngettext("%(count)s rejected.", "%(count)s rejected.", count),
    review: (count) => ngettext("%(count)s sent back to review.", "%(count)s sent back to review.", count),
    trash: (count) => ngettext("%(count)s moved to trash.", "%(count)s moved to trash.", count),
    restore: (count) => ngettext("%(count)s restored.", "%(count)s restored.", count),
  };

  function update() {
    const count = chosen().length;
    const selected = ngettext("%(count)s selected", "%(count)s selected", count);
    bar.querySelector("[data-chosen]").textContent = count ? interpolate(selected, { count }) : "";
    undoButton.disabled = !decisions.canUndo;
  }

  decisions.addEventListener("change", () => {
    tellUnsaved();
    update();
    if (large.isOpen && inHand) large.show(inHand);
  });
  decisions.addEventListener("saved", ({ detail: { decision, count } }) => {
    say(interpolate(SAID[decision](count), { count }));
  });

  window.addEventListener("beforeunload", (event) => {
    if (decisions.unsaved + waitingKeys) event.preventDefault();
  });
  // A page restored from the back/forward cache may have checked boxes.
  window.addEventListener("pageshow", () => {
    for (const card of cards) card.isChosen = card.box.checked;
    update();
  });
  new IntersectionObserver(([{ isIntersecting }]) => {
    if (isIntersecting) more.load();
  }, { rootMargin: "600px" }).observe(root.querySelector("[data-ahead]"));
  startClaims(root.dataset.claimsUrl, openCards, () => {
    // New photos may have come since the list ended.
    more.isAtEnd = false;
    loadAhead();
    if (inHand?.reader && !isTakenUp) next(null).then((card) => hold(card, { focus: false }));
  });
  root.dataset.unsaved = 0;
  hold(cards.find((card) => card.isOpen && !card.isLeft) ?? openCards()[0] ?? null, { focus: false });
  update();
}

/** On a page without a grid, keys press the buttons that name them. */
function pressButton(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.matches("textarea, select, input")) return;
  const button = document.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
}

if (grid && bar) start();
else document.addEventListener("keydown", pressButton);
