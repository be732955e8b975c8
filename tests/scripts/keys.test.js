// Every handler is a row of the table that the help is made from, and no key has two meanings in one place.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

let listeners = new Set();
let dialog = null;
globalThis.document = {
  querySelector: () => dialog,
  addEventListener: (_, listener) => listeners.add(listener),
  removeEventListener: (_, listener) => listeners.delete(listener),
};
const { KEYS, bindKeys, helpOf } = await import("../../static/src/keys.js");

const PAGE = { closest: () => null };
const FIELD = { closest: (selector) => (selector.includes("textarea") ? {} : null) };
const BUTTON = { closest: (selector) => (selector.includes("button") ? {} : null) };

function press(key, facts = {}) {
  const event = { key, shiftKey: false, altKey: false, target: PAGE, preventDefault: () => (event.defaultPrevented = true), ...facts };
  for (const listener of listeners) listener(event);
  return Boolean(event.defaultPrevented);
}

beforeEach(() => {
  listeners = new Set();
});

test("a handler without a row is refused", () => {
  assert.throws(() => bindKeys("lightbox", { dance() {} }), /lightbox.dance/);
  assert.throws(() => bindKeys("sheet", { slideshow() {} }), /sheet.slideshow/);
});

test("the help has every row, and each says what it does", () => {
  const lines = helpOf().flatMap(([title, rows]) => rows.map((row) => [title, ...row]));
  assert.equal(lines.length, KEYS.length);
  for (const [title, keys, says] of lines) assert.ok(title && keys.length && keys.every(Boolean) && says);
});

test("no key has two meanings in one group", () => {
  const all = KEYS.flatMap(([group, , keys]) => keys.map((key) => `${group} ${key}`));
  assert.equal(new Set(all).size, all.length);
});

test("the first active handler takes the key, until it is unbound", () => {
  const taken = [];
  let isOpen = true;
  const end = bindKeys("lightbox", { zoom: () => taken.push("zoom") }, { isActive: () => isOpen });
  assert.equal(press("z"), true);
  assert.equal(press("Z"), true, "with Caps Lock");
  assert.equal(press("z", { ctrlKey: true }), false);
  assert.equal(press("Z", { shiftKey: true }), false);
  isOpen = false;
  assert.equal(press("z"), false);
  isOpen = true;
  end();
  assert.equal(press("z"), false);
  assert.deepEqual(taken, ["zoom", "zoom"]);
});

test("typing is left alone, and so are buttons", () => {
  const taken = [];
  const end = bindKeys("lightbox", { slideshow: () => taken.push("s"), close: () => taken.push("close") });
  press("s", { target: FIELD });
  press(" ", { target: BUTTON });
  press("s", { isComposing: true });
  assert.deepEqual(taken, []);
  press("s", { target: BUTTON });
  press(" ");
  assert.deepEqual(taken, ["s", "s"]);
  end();
});

test("a dialog keeps the keys of the page away", () => {
  const taken = [];
  const ends = [
    bindKeys("lightbox", { zoom: () => taken.push("zoom") }),
    bindKeys("everywhere", { help: () => taken.push("help") }),
  ];
  dialog = {};
  press("z");
  press("?", { shiftKey: true });
  dialog = null;
  assert.deepEqual(taken, ["help"]);
  for (const end of ends) end();
});

test("with Alt it is another key, and a handle is a button", () => {
  const taken = [];
  const end = bindKeys(
    "album",
    { step: () => taken.push("step"), lift: () => taken.push("lift"), move: () => taken.push("move") },
    { onButtons: true },
  );
  press("ArrowUp", { altKey: true });
  press("ArrowUp");
  press(" ", { target: BUTTON });
  assert.deepEqual(taken, ["step", "move", "lift"]);
  end();
});

test("a handler that has nothing to do leaves the key to the next", () => {
  const taken = [];
  const ends = [
    bindKeys("lightbox", { close: () => false }),
    bindKeys("sheet", { clear: () => taken.push("clear"), extend: () => taken.push("extend") }),
  ];
  press("Escape");
  press("ArrowRight");
  press("ArrowRight", { shiftKey: true });
  assert.deepEqual(taken, ["clear", "extend"]);
  for (const end of ends) end();
});
