// Select many photos, by mouse, touch and keys, and do one thing with all of them.
import { ask, finished, progressOf } from "./batch.js";
import { canBeFavorite, isFavorite, setFavorite, showFavorite } from "./favorite.js";
import { interpolate, ngettext } from "./i18n.js";
import { say as sayAloud } from "./say.js";
import { previewShift } from "./shift.js";
import { bindKeys } from "./keys.js";

const LONG_PRESS_MS = 500;
const MOVED_PX = 10;
const MOST = 10_000;
const SAID = "contactsheet.said";

/** Photos that can be selected: one's own. */
const TILE = "ul.sheet .tile:has(> .pick)";
const theSheet = () => document.querySelector("ul.sheet") ?? document.createElement("ul");

/** The list of photos; an empty one until a search has found some. */
let list = theSheet();
const form = document.querySelector("#selection");
const toast = document.querySelector("[data-toast]");
const count = form.querySelector("[data-count]");
const running = form.querySelector(".running");
/** Ids of the selected photos. Those beyond the loaded pages have no tile. */
const chosen = new Set();
const markButton = form.querySelector("[data-mark=favorite]");
if (markButton) markButton.dataset.on = markButton.textContent;
let anchor = null;
let cancelUrl = "";
let stopDownload = null;
/** Tiles that left the page with the last action, each with what was before it. */
let gone = [];
/** The tile that got the focus after the last action. */
let reached = null;

const tiles = () => [...list.querySelectorAll(".tile:has(> .pick)")];
const idOf = (tile) => tile.dataset.photoId;

function show() {
  for (const box of list.querySelectorAll(".pick")) box.checked = chosen.has(box.value);
  const number = chosen.size;
  list.classList.toggle("picking", number > 0 || list.classList.contains("picking-by-touch"));
  form.classList.toggle("shown", number > 0);
  document.body.classList.toggle("has-selection", number > 0);
  const selected = ngettext("%(count)s photo selected", "%(count)s photos selected", number);
  const text = number ? interpolate(selected, { count: number }) : "";
  if (text !== count.textContent) sayAloud(text);
  count.textContent = text;
  if (markButton) showMarkButton();
  if (!number) for (const panel of form.querySelectorAll("details[open]")) panel.open = false;
}

/** Favorites are marked by the button, and lose the mark if all that are selected have it. */
function showMarkButton() {
  const selected = tiles().filter((tile) => chosen.has(idOf(tile)));
  const takesOff = selected.length > 0 && selected.length === chosen.size && selected.every(isFavorite);
  markButton.value = takesOff ? "unfavorite" : "favorite";
  markButton.textContent = takesOff ? markButton.dataset.off : markButton.dataset.on;
}

function set(tile, wanted) {
  if (wanted) chosen.add(idOf(tile));
  else chosen.delete(idOf(tile));
}

function toggle(tile) {
  set(tile, !chosen.has(idOf(tile)));
  anchor = tile;
  show();
}

/** Select everything between the tile that was selected last and this one. */
function extendTo(tile) {
  const all = tiles();
  const from = all.indexOf(anchor?.isConnected ? anchor : tile);
  const to = all.indexOf(tile);
  for (const each of all.slice(Math.min(from, to), Math.max(from, to) + 1)) set(each, true);
  show();
}

/** Where the next key is meant: what had the focus was in the bar, or left the page. */
function focusOn(tile) {
  reached = tile;
  const link = tile?.querySelector("a");
  link?.focus({ preventScroll: true });
  if (link?.matches(":focus-visible")) tile.scrollIntoView({ block: "nearest" });
}

/** The tile that one is at, or the nearest to it that stays: the next, else the one before. */
function nearestTo(tile, leaving) {
  const all = tiles();
  const at = all.indexOf(tile);
  const stays = (each) => !leaving.includes(each);
  return all.slice(at).find(stays) ?? all.slice(0, at).findLast(stays);
}

function clear() {
  chosen.clear();
  anchor = null;
  list.classList.remove("picking-by-touch");
  show();
}

async function selectAll(query = "") {
  const url = new URL(form.dataset.idsUrl, location.href);
  for (const part of [list.dataset.all ?? "", query]) {
    for (const [name, value] of new URLSearchParams(part)) url.searchParams.set(name, value);
  }
  const answer = await asked(url);
  if (!answer) return;
  for (const id of answer.ids.slice(0, MOST)) chosen.add(id);
  show();
}

/** Ask the gallery. Say why, and return null, if it refuses. */
async function asked(url, body) {
  try {
    return await ask(url, body);
  } catch (problem) {
    say(problem.message);
    return null;
  }
}

/** Load the page again, and say it there: what is kept out of the document can't be changed in place. */
function sayAfterReload(sentence, urls) {
  sessionStorage.setItem(SAID, JSON.stringify([sentence, urls]));
  location.reload();
}

function say(sentence, { undoUrl = "", detailsUrl = "", albumUrl = "" } = {}) {
  toast.hidden = false;
  toast.querySelector("p").textContent = sentence;
  sayAloud(sentence);
  const undo = toast.querySelector("[data-undo]");
  undo.hidden = !undoUrl;
  undo.onclick = () => undoAt(undoUrl);
  for (const [kind, url] of [["details", detailsUrl], ["album", albumUrl]]) {
    const link = toast.querySelector(`[data-${kind}]`);
    link.hidden = !url;
    if (url) link.href = url;
  }
}

/** Show the progress of a batch until it is finished. Say why, and return null, if it can't be followed. */
async function followed(batch) {
  const bar = running.querySelector("progress");
  try {
    return await finished(batch, (now) => {
      cancelUrl = now.cancel_url;
      running.hidden = false;
      form.classList.add("busy");
      bar.max = now.total;
      bar.value = now.processed;
      count.textContent = progressOf(now);
    });
  } catch (problem) {
    clear();
    say(problem.message, { detailsUrl: batch.url });
    return null;
  } finally {
    running.hidden = true;
    form.classList.remove("busy");
    cancelUrl = "";
  }
}

/** Make a zip of the chosen photos, in the bar. */
async function downloadChosen() {
  const bar = running.querySelector("progress");
  const stop = new AbortController();
  const ids = [...chosen];
  // Before anything is waited for: a second press must not begin another.
  form.classList.add("busy");
  running.hidden = false;
  bar.max = ids.length;
  bar.value = 0;
  stopDownload = () => stop.abort();
  try {
    const { download, progressOf: sizeOf, throttled, zipName } = await import("./zip/download.js");
    const show = throttled((contents) => {
      bar.value = contents.files + contents.failed.length;
      count.textContent = sizeOf(contents, ids.length);
    });
    const { itemsUrl, zipName: title } = form.dataset;
    const { sentence } = await download({ itemsUrl, ids, name: zipName(title), show, signal: stop.signal });
    clear();
    say(sentence);
  } catch ({ message }) {
    say(message);
  } finally {
    stopDownload = null;
    running.hidden = true;
    form.classList.remove("busy");
  }
}

async function run(button) {
  const act = button.value;
  if (act === "download") {
    await downloadChosen();
    return;
  }
  const body = new FormData(form, button);
  body.delete("photo");
  body.set("photos", [...chosen].join(","));
  if (act === "share") {
    const made = await asked(button.formAction, body);
    if (made) location.assign(made.url);
    return;
  }
  const begun = await asked(form.action, body);
  const batch = begun && (await followed(begun));
  if (batch) showDone(batch, act, "leaves" in button.dataset);
}

function sentenceOf(batch) {
  return [batch.sentence, ...batch.refused.map((one) => `${one.count}: ${one.sentence}`)].join(" ");
}

/** How a tile shows what was done with its photo, where it stays in the list. */
const SHOWN = {
  hide: (tile) => showVisibility(tile, true),
  publish: (tile) => showVisibility(tile, false),
  favorite: (tile) => showFavorite(tile, true),
  unfavorite: (tile) => showFavorite(tile, false),
};

function showDone(batch, act, leaves) {
  const refused = new Set(batch.refused_ids);
  const done = new Set([...chosen].filter((id) => !refused.has(id)));
  const urls = { undoUrl: batch.undo_url, detailsUrl: batch.refused.length ? batch.url : "", albumUrl: batch.album_url };
  const changes = leaves || act in SHOWN;
  if (/_date$|^rotate_/.test(act) || (changes && list.querySelector(":scope > .gap"))) {
    sayAfterReload(sentenceOf(batch), urls);
    return;
  }
  const changed = tiles().filter((tile) => done.has(idOf(tile)));
  const at = [tileAt(document.activeElement), anchor].find((tile) => tile?.isConnected) ?? changed[0] ?? tiles()[0];
  const next = nearestTo(at, leaves ? changed : []);
  gone = leaves ? changed.map((tile) => ({ tile, previous: tile.previousElementSibling })) : [];
  for (const { tile } of gone) tile.remove();
  if (!leaves && changes) changed.forEach(SHOWN[act]);
  clear();
  say(sentenceOf(batch), urls);
  focusOn(next);
  form.reset();
}

function showVisibility(tile, isPrivate) {
  const word = tile.querySelector("[data-only-you]");
  if (word) word.hidden = !isPrivate;
  // Only what everyone can see is shared.
  if (isPrivate) delete tile.querySelector("a[data-full-src]")?.dataset.public;
}

async function undoAt(url) {
  const begun = await asked(url, new FormData());
  const batch = begun && (await followed(begun));
  if (!batch) return;
  const refused = new Set(batch.refused_ids);
  const back = gone.filter(({ tile }) => !refused.has(idOf(tile)));
  gone = [];
  const isInPlace = back.length && !list.querySelector(":scope > .gap");
  if (batch.kind.endsWith("_tags")) {
    say(sentenceOf(batch));
    focusOn(reached);
  } else if (isInPlace && back.every(putBack)) {
    say(sentenceOf(batch));
    focusOn(back[0].tile);
  } else {
    sayAfterReload(sentenceOf(batch), {});
  }
}

/** Put a tile back to where it was. Return whether that place is still there. */
function putBack({ tile, previous }) {
  if (previous && !previous.isConnected) return false;
  if (previous) previous.after(tile);
  else list.prepend(tile);
  return true;
}

async function fillAlbums(panel) {
  const select = panel.querySelector("select");
  if (select.length > 1) return;
  const answer = await asked(form.dataset.albumsUrl);
  const options = (answer?.albums ?? []).map((album) => new Option(album.title, album.id));
  select.prepend(...options);
  select.selectedIndex = 0;
  showTitle(panel);
}

function showTitle(panel) {
  panel.querySelector("[data-title]").hidden = panel.querySelector("select").value !== "new";
}

// ---- mouse and touch

/** The finger that is down: where, since when, and whether it was held long enough. */
let press = null;

document.addEventListener(
  "click",
  (event) => {
    const tile = event.target.closest?.(TILE);
    if (press?.held) {
      // The click that ends a long press is none.
      press = null;
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (!tile || event.target.closest("form, details, button, summary")) return;
    const box = event.target.closest(".pick");
    const inMode = list.classList.contains("picking");
    if (event.shiftKey && (box || inMode)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      extendTo(tile);
      // A click on a check box turns it after its listeners.
      setTimeout(show);
    } else if (box) {
      toggle(tile);
      setTimeout(show);
    } else if (inMode && event.target.closest("a") && !(event.ctrlKey || event.metaKey || event.altKey)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      toggle(tile);
    }
  },
  true,
);

document.addEventListener("pointerdown", (event) => {
  const tile = event.pointerType === "touch" && event.target.closest?.(`${TILE} a`)?.closest(".tile");
  if (!tile) return;
  const timer = setTimeout(() => {
    press = { ...press, held: true };
    list.classList.add("picking-by-touch");
    toggle(tile);
  }, LONG_PRESS_MS);
  press = { timer, x: event.clientX, y: event.clientY, held: false };
});
document.addEventListener("pointermove", (event) => {
  if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > MOVED_PX) clearTimeout(press.timer);
});
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => clearTimeout(press?.timer));
document.addEventListener("contextmenu", (event) => {
  if (press?.held && event.target.closest?.("ul.sheet .tile")) event.preventDefault();
});
// ---- keys

function moveFocus(tile, step) {
  const all = tiles();
  const next = all[all.indexOf(tile) + step];
  next?.querySelector("a")?.focus();
  return next;
}

const tileAt = (target) => target.closest?.(TILE);

bindKeys(
  "sheet",
  {
    select({ target }) {
      const tile = tileAt(target);
      if (tile) toggle(tile);
      return Boolean(tile);
    },
    extend({ target, key }) {
      const tile = tileAt(target);
      if (!tile) return false;
      if (!chosen.has(idOf(tile))) toggle(tile);
      const next = moveFocus(tile, key === "ArrowRight" ? 1 : -1);
      if (next) extendTo(next);
      return true;
    },
    all: () => void selectAll(),
    favorite({ target }) {
      const tile = tileAt(target);
      const button = chosen.size && form.querySelector("[value$=favorite]");
      if (button) form.requestSubmit(button);
      else if (canBeFavorite(tile)) setFavorite(tile, !isFavorite(tile)).then(say);
      else return false;
      return true;
    },
    archive() {
      const button = chosen.size && form.querySelector("[value$=archive]");
      if (button) form.requestSubmit(button);
      return Boolean(button);
    },
    clear() {
      const panels = [...form.querySelectorAll("details[open]")];
      for (const panel of panels) {
        panel.open = false;
        panel.querySelector("summary").focus();
      }
      if (panels.length) return true;
      if (!chosen.size) return false;
      clear();
      return true;
    },
  },
  { isActive: () => !document.querySelector(".pswp") },
);

// ---- the bar

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!form.classList.contains("busy")) run(event.submitter);
});
form.addEventListener("keydown", (event) => {
  // The browser would press the first button of the whole bar.
  if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox])")) return;
  event.preventDefault();
  event.target.closest("fieldset, details").querySelector("button[type=submit]").click();
});
form.querySelector("[data-none]").addEventListener("click", clear);
form.querySelector("[data-all]").addEventListener("click", () => selectAll());
form.querySelector("[data-cancel]").addEventListener("click", () => {
  stopDownload?.();
  if (cancelUrl) asked(cancelUrl, new FormData());
});
toast.querySelector("[data-close]").addEventListener("click", () => {
  toast.hidden = true;
});
for (const panel of form.querySelectorAll("details")) {
  panel.addEventListener("toggle", () => {
    if (!panel.open) return;
    for (const other of form.querySelectorAll("details[open]")) if (other !== panel) other.open = false;
    if (panel.matches("[data-albums]")) fillAlbums(panel);
  });
}
const dates = form.querySelector("[data-dates]");
if (dates) previewShift(dates, () => tiles().find((tile) => chosen.has(idOf(tile))));
form.querySelector("[name=album]")?.addEventListener("change", () => showTitle(form.querySelector("[data-albums]")));

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-select]")) {
    list.classList.add("picking-by-touch");
    show();
    list.querySelector(".pick")?.focus();
  }
  const month = target.closest?.("[data-select-month]")?.closest(".month");
  if (month) selectAll(`month=${month.dataset.month}`);
});

function enhanceBoxes() {
  for (const box of list.querySelectorAll(".pick")) {
    box.checked = chosen.has(box.value);
    // One stop of the Tab key for each photo: its link, on which `x` selects.
    box.tabIndex = -1;
  }
}

// More photos come at the end, and those that gave way to a gap come back.
const observer = new MutationObserver(enhanceBoxes);

function adoptList() {
  observer.disconnect();
  observer.observe(list, { childList: true });
  // The browser keeps check boxes checked over a reload.
  for (const box of list.querySelectorAll(".pick:checked")) chosen.add(box.value);
  enhanceBoxes();
  show();
}

adoptList();
// Another search has other photos, of which none is selected.
const results = document.querySelector("#results");
results?.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== results) return;
  clear();
  list = theSheet();
  adoptList();
});

const said = sessionStorage.getItem(SAID);
if (said) {
  sessionStorage.removeItem(SAID);
  say(...JSON.parse(said));
}
form.dataset.started = "yes";
