// Put the photos of an album in order: by mouse or finger, and by keys. Without this, each has a form with its number.
import { ask } from "./batch.js";
import { gettext, interpolate } from "./i18n.js";
import { bindKeys } from "./keys.js";
import { say as sayAloud } from "./say.js";

const MOVED_PX = 6;
const EDGE_PX = 96;
const SCROLL_PX = 14;

const list = document.querySelector("ul.sheet.arrange");
const toast = document.querySelector("[data-toast]");
/** The position of the page's first photo: it may begin in the middle of the album. */
const first = Number(list.querySelector("[data-number]")?.textContent ?? 1);
/** What is carried: the tile, where it was, its picture under the pointer, and how it was taken up. */
let held = null;
let isSaving = false;

const tiles = () => [...list.querySelectorAll(":scope > .tile")];
const gripOf = (tile) => tile.querySelector("[data-grip]");
const positionOf = (tile) => first + tiles().indexOf(tile);

function say(sentence, undo) {
  toast.hidden = false;
  toast.querySelector("p").textContent = sentence;
  sayAloud(sentence);
  const button = toast.querySelector("[data-undo]");
  button.hidden = !undo;
  button.onclick = undo;
}

function sayPosition(tile) {
  const values = { position: positionOf(tile), total: first - 1 + tiles().length };
  say(interpolate(gettext("Position %(position)s of %(total)s. Space puts it down, Escape takes it back."), values));
}

function number() {
  for (const [at, tile] of tiles().entries()) {
    tile.querySelector("[data-number]").textContent = first + at;
    tile.querySelector("input[name=position]").value = first + at;
  }
}

/** Put the tile behind another one, or with null before all. */
function putBehind(tile, previous) {
  if (previous) previous.after(tile);
  else list.prepend(tile);
  number();
}

/** Tell the gallery where the tile is now. If it refuses, the tile goes back. */
async function save(tile, previously) {
  const previous = tile.previousElementSibling;
  if (previous === previously) return;
  const body = new FormData();
  body.set("photo", tile.dataset.photoId);
  if (previous) body.set("after", previous.dataset.photoId);
  else body.set("position", first);
  isSaving = true;
  try {
    await ask(list.dataset.placeUrl, body);
    say(interpolate(gettext("Moved to position %(position)s."), { position: positionOf(tile) }), () => {
      putBehind(tile, previously);
      save(tile, previous);
      gripOf(tile).focus();
    });
  } catch (problem) {
    putBehind(tile, previously);
    say(problem.message);
  } finally {
    isSaving = false;
  }
}

function takeUp(tile, more = {}) {
  held = { tile, previously: tile.previousElementSibling, ...more };
  tile.classList.add("held");
  gripOf(tile).setAttribute("aria-pressed", "true");
}

function putDown({ keeps }) {
  const { tile, previously, ghost, frame } = held;
  held = null;
  cancelAnimationFrame(frame);
  ghost?.remove();
  tile.classList.remove("held");
  gripOf(tile).setAttribute("aria-pressed", "false");
  if (keeps) {
    save(tile, previously);
  } else {
    putBehind(tile, previously);
  }
}

// ---- mouse and touch

function ghostOf(tile) {
  const ghost = tile.querySelector(".frame").cloneNode(true);
  ghost.classList.add("ghost");
  ghost.style.width = `${tile.clientWidth / 2}px`;
  ghost.setAttribute("aria-hidden", "true");
  document.body.append(ghost);
  return ghost;
}

/** Move the carried tile to where the pointer is, and the window if that is at its edge. */
function follow() {
  const { tile, ghost, x, y } = held;
  ghost.style.translate = `${x - ghost.clientWidth / 2}px ${y - ghost.clientHeight / 2}px`;
  if (y < EDGE_PX) scrollBy(0, -SCROLL_PX);
  else if (y > innerHeight - EDGE_PX) scrollBy(0, SCROLL_PX);
  const over = document.elementFromPoint(x, y)?.closest("ul.sheet.arrange > .tile");
  if (over && over !== tile) {
    const all = tiles();
    if (all.indexOf(over) > all.indexOf(tile)) over.after(tile);
    else over.before(tile);
    number();
  }
  held.frame = requestAnimationFrame(follow);
}

/** The pointer that is down on a photo, as long as it has not moved. */
let down = null;

list.addEventListener("pointerdown", (event) => {
  const tile = event.target.closest(".tile");
  const onGrip = event.target.closest("[data-grip]");
  if (!tile || held || isSaving || event.button || !(onGrip || (event.pointerType === "mouse" && event.target.closest("a")))) return;
  down = { tile, x: event.clientX, y: event.clientY, id: event.pointerId };
});
document.addEventListener("pointermove", (event) => {
  if (down?.id === event.pointerId && Math.hypot(event.clientX - down.x, event.clientY - down.y) > MOVED_PX) {
    takeUp(down.tile, { ghost: ghostOf(down.tile), x: event.clientX, y: event.clientY });
    down = null;
    follow();
  } else if (held?.ghost) {
    held.x = event.clientX;
    held.y = event.clientY;
  }
});
document.addEventListener("pointerup", (event) => {
  down = null;
  if (!held?.ghost) return;
  putDown({ keeps: true });
  // The click that ends it is none.
  const stop = (click) => {
    click.preventDefault();
    click.stopImmediatePropagation();
  };
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, true));
  event.preventDefault();
});
document.addEventListener("pointercancel", () => {
  down = null;
  if (held?.ghost) putDown({ keeps: false });
});
list.addEventListener("dragstart", (event) => event.preventDefault());

// ---- keys

/** Return how many photos are in one row now. */
function columns() {
  const [one, ...others] = tiles();
  const next = others.findIndex((tile) => tile.offsetTop > one.offsetTop + 1);
  return next < 0 ? others.length + 1 : next + 1;
}

function targetOf(key, at) {
  const last = tiles().length - 1;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() };
  if (key === "Home") return 0;
  if (key === "End") return last;
  return key in steps ? Math.min(last, Math.max(0, at + steps[key])) : null;
}

function moveTo(tile, target) {
  const all = tiles();
  const at = all.indexOf(tile);
  if (target > at) all[target].after(tile);
  else if (target < at) all[target].before(tile);
  number();
  // A node that moves in the document loses the focus.
  gripOf(tile).focus();
}

const tileAt = (event) => event.target.closest(".tile");

bindKeys(
  "album",
  {
    lift(event) {
      if (!event.target.closest("[data-grip]")) return false;
      const tile = tileAt(event);
      if (held) {
        putDown({ keeps: true });
        gripOf(tile).focus();
      } else if (!isSaving) {
        takeUp(tile);
        sayPosition(tile);
      }
      return true;
    },
    back(event) {
      if (!held || held.ghost) return false;
      putDown({ keeps: false });
      gripOf(tileAt(event)).focus();
      say(gettext("It is back in its place."));
      return true;
    },
    move(event) {
      const tile = tileAt(event);
      if (held?.tile !== tile || held.ghost) return false;
      moveTo(tile, targetOf(event.key, tiles().indexOf(tile)));
      sayPosition(tile);
      return true;
    },
    step(event) {
      if (held || isSaving) return false;
      const tile = tileAt(event);
      const previously = tile.previousElementSibling;
      moveTo(tile, targetOf(event.key, tiles().indexOf(tile)));
      save(tile, previously);
      return true;
    },
  },
  {
    isActive: (event) => list.contains(event.target) && tileAt(event) && !event.target.closest("details"),
    onButtons: true,
  },
);
list.addEventListener("focusout", (event) => {
  // While it moves, the focus leaves for a moment.
  if (held && !held.ghost && event.relatedTarget && !held.tile.contains(event.relatedTarget)) putDown({ keeps: true });
});

toast.querySelector("[data-close]").addEventListener("click", () => {
  toast.hidden = true;
});
list.dataset.started = "yes";
