// All keys of the pages, in one table: handlers are bound to its rows, and the help ("?") lists its rows.
import { gettext } from "./i18n.js";

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

const GROUPS = {
  everywhere: () => gettext("Everywhere"),
  search: () => gettext("Search and tags"),
  sheet: () => gettext("Photos on a page"),
  album: () => gettext("Order of an album"),
  photo: () => gettext("A photo's page"),
  lightbox: () => gettext("Full window"),
};

/** Rows: the group, the name that a handler is bound to, its keys ("Shift+" or "Alt+" for that key as well), and what it does. */
export const KEYS = [
  ["everywhere", "search", ["/"], () => gettext("Search")],
  ["everywhere", "help", ["?"], () => gettext("Show these keys")],
  ["search", "option", ["ArrowDown", "ArrowUp"], () => gettext("Next or previous suggestion")],
  ["search", "open", ["Enter"], () => gettext("Open the suggestion")],
  ["search", "close", ["Escape"], () => gettext("Close the suggestions")],
  ["sheet", "select", ["x"], () => gettext("Select the photo, or not")],
  ["sheet", "extend", ["Shift+ArrowRight", "Shift+ArrowLeft"], () => gettext("Select the next or previous photo as well")],
  ["sheet", "favorite", ["f"], () => gettext("Favorite, or not")],
  ["sheet", "archive", ["e"], () => gettext("Archive what is selected, or take it out")],
  ["sheet", "all", ["a"], () => gettext("Select all")],
  ["sheet", "clear", ["Escape"], () => gettext("Clear the selection")],
  ["album", "lift", [" ", "Enter"], () => gettext("On a handle: take the photo up, or put it down")],
  ["album", "move", [...ARROWS, "Home", "End"], () => gettext("Move the photo that was taken up")],
  ["album", "step", ARROWS.map((key) => `Alt+${key}`), () => gettext("Move the photo at once")],
  ["album", "back", ["Escape"], () => gettext("Put the photo back")],
  ["photo", "turn", ["ArrowLeft", "ArrowRight"], () => gettext("Newer or older photo")],
  ["photo", "archive", ["e"], () => gettext("Archive, or take out")],
  ["photo", "favorite", ["f"], () => gettext("Favorite, or not")],
  ["photo", "rotate", ["l", "r"], () => gettext("Rotate left or right")],
  ["photo", "room", ["d"], () => gettext("Dark room, or not")],
  ["lightbox", "turn", ["ArrowLeft", "ArrowRight"], () => gettext("Previous or next photo")],
  ["lightbox", "pan", ["ArrowUp", "ArrowDown"], () => gettext("Move a zoomed photo")],
  ["lightbox", "zoom", ["z"], () => gettext("Zoom to 100 % and back")],
  ["lightbox", "info", ["i"], () => gettext("Show the details")],
  ["lightbox", "slideshow", ["s", " "], () => gettext("Start or pause the slideshow")],
  ["lightbox", "favorite", ["f"], () => gettext("Favorite, or not")],
  ["lightbox", "archive", ["e"], () => gettext("Archive, or take out")],
  ["lightbox", "rotate", ["l", "r"], () => gettext("Rotate left or right")],
  ["lightbox", "trash", ["Delete", "Backspace"], () => gettext("Move to trash")],
  ["lightbox", "undo", ["u"], () => gettext("Undo")],
  ["lightbox", "room", ["d"], () => gettext("Dark room, or not")],
  ["lightbox", "close", ["Escape"], () => gettext("Close")],
];

const TYPED_INTO = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";
const bound = [];

function partsOf(name) {
  const [, shift, alt, wanted] = name.match(/^(Shift\+)?(Alt\+)?(.+)$/);
  return { wanted, shift: Boolean(shift), alt: Boolean(alt) };
}

/** Return whether the event is this key. Letters count with Caps Lock on, signs however they are typed. */
function isKey(event, name) {
  const { wanted, shift, alt } = partsOf(name);
  if (event.ctrlKey || event.metaKey || event.altKey !== alt) return false;
  if (wanted.length > 1) return event.key === wanted && event.shiftKey === shift;
  const isLetter = wanted !== wanted.toUpperCase();
  return event.key.toLowerCase() === wanted && !(isLetter && event.shiftKey);
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  // Space and Enter press what has the focus.
  const presses = [" ", "Enter"].includes(event.key) && event.target.closest?.("a, button, summary");
  for (const { group, keys, handle, isActive, inFields, onButtons } of bound) {
    if (!keys.some((name) => isKey(event, name)) || (presses && !onButtons)) continue;
    // A dialog is closed by the browser's own Escape, and the help by its key.
    if (group !== "everywhere" && document.querySelector("dialog[open]")) continue;
    if ((!inFields && event.target.closest?.(TYPED_INTO)) || !isActive(event)) continue;
    // A handler that had nothing to do leaves the key to the others, and to the browser.
    if (handle(event) === false) continue;
    event.preventDefault();
    return;
  }
}

/** Bind handlers to the rows of a group, while `isActive`; return a function that ends it. Throws for a name without a row. */
export function bindKeys(group, handlers, { isActive = () => true, inFields = false, onButtons = false } = {}) {
  const mine = Object.entries(handlers).map(([name, handle]) => {
    const row = KEYS.find((one) => one[0] === group && one[1] === name);
    if (!row) throw new Error(`No key is named ${group}.${name}`);
    return { group, keys: row[2], handle, isActive, inFields, onButtons };
  });
  if (!bound.length) document.addEventListener("keydown", onKey);
  bound.push(...mine);
  return () => {
    for (const one of mine) bound.splice(bound.indexOf(one), 1);
    if (!bound.length) document.removeEventListener("keydown", onKey);
  };
}

const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

/** What is written on the key. */
function nameOf(key) {
  const names = {
    " ": () => gettext("Space"),
    Escape: () => gettext("Esc"),
    Enter: () => gettext("Enter"),
    Delete: () => gettext("Delete"),
    Backspace: () => gettext("Backspace"),
  };
  const { wanted, shift, alt } = partsOf(key);
  const name = SIGNS[wanted] ?? names[wanted]?.() ?? wanted;
  return [shift && gettext("Shift"), alt && gettext("Alt"), name].filter(Boolean).join(" + ");
}

/** Return the groups of the help: `[title, [[keys, what they do]]]`. */
export function helpOf() {
  return Object.entries(GROUPS).map(([group, title]) => [
    title(),
    KEYS.filter((row) => row[0] === group).map(([, , keys, says]) => [keys.map(nameOf), says()]),
  ]);
}
