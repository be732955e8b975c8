// A sheet keeps a few hundred tiles in the document, however far a person scrolls. Rows that are far away give way to a
// gap of the same height, and come back before they are in sight. Without this the page keeps all tiles that it loaded.
import { interpolate, ngettext } from "./i18n.js";
import { renewTile } from "./renewal.js";
import { FILLER, heightOfRows, rowsOf } from "./rows.js";
import { askForPhotos } from "./status.js";

const TRIM_ABOVE = 360;
const TRIM_TO = 300;
const TILES_PER_GAP = 50;
/** In heights of the window: rows farther than this may go, and gaps nearer than that are filled. */
const FAR = 2;
const NEAR = 1.3;
const RETRY_MS = 5000;
const SHEETS = "ul.sheet:not(.trash, .arrange)";
const PICTURE = "a[data-full-src]:not([data-full-src=''])";

/** For each gap its photos: `{ html, id, ratio }`, or FILLER as the ratio. */
const contents = new WeakMap();
const sheets = new WeakSet();
let enhance = () => {};
let anchor = null;

const gapsOf = (root) => [...root.querySelectorAll(":scope > .gap")];
const countOf = (sheet) => sheet.querySelectorAll(":scope > .tile").length;
const isPhotoOrFiller = (item) => item.matches(".tile, .rest:not(:first-child)");

/** Return the rows in the document, as measured: `{ items, top, bottom }`. */
function measuredRows(sheet) {
  const rows = [];
  let row = null;
  for (const item of sheet.children) {
    if (!isPhotoOrFiller(item)) {
      row = null;
      continue;
    }
    const { top, bottom } = item.getBoundingClientRect();
    if (!row || Math.abs(top - row.top) > 1) rows.push((row = { items: [], top, bottom }));
    row.items.push(item);
    row.bottom = Math.max(row.bottom, bottom);
  }
  return rows;
}

function ratioOf(tile) {
  const name = [...tile.classList].find((one) => one.startsWith("ratio-"));
  return name ? Number(name.slice("ratio-".length)) / 100 : 1;
}

/** Return what is kept of a tile. Addresses of images expire and are long, so most are left out. */
function recordOf(item) {
  if (!item.matches(".tile")) return { html: item.outerHTML, ratio: FILLER };
  for (const image of item.querySelectorAll("img")) {
    image.removeAttribute("src");
    image.removeAttribute("srcset");
    image.removeAttribute("data-retried");
    image.classList.remove("coming");
  }
  for (const source of item.querySelectorAll("source")) source.removeAttribute("srcset");
  for (const canvas of item.querySelectorAll("canvas")) canvas.remove();
  // The content security policy refuses styles in HTML.
  for (const styled of item.querySelectorAll("[style]")) styled.removeAttribute("style");
  item.querySelector("a")?.removeAttribute("data-full-avif-src");
  // The template's indents are a third of what is left; the copy is also no longer than its text.
  const html = item.outerHTML.replaceAll(/\n\s+/g, "\n");
  return { html, id: item.dataset.photoId, ratio: ratioOf(item), opens: Boolean(item.querySelector(PICTURE)) };
}

function gapOf(records, height) {
  const gap = document.createElement("li");
  gap.className = "gap";
  gap.style.height = `${height}px`;
  const count = records.filter(({ id }) => id).length;
  // For keyboard and screen reader: the photos come back when the button gets the focus.
  const button = document.createElement("button");
  button.type = "button";
  button.className = "for-readers";
  button.textContent = interpolate(ngettext("Show %(count)s photo", "Show %(count)s photos", count), { count });
  gap.append(button);
  gap.dataset.opens = records.filter(({ opens }) => opens).length;
  contents.set(gap, records);
  nearby.observe(gap);
  return gap;
}

function elementsOf(records) {
  const template = document.createElement("template");
  template.innerHTML = records.map(({ html }) => html).join("");
  return [...template.content.children];
}

/** Change what is above the window without moving what is in it. */
function keepPlace(change) {
  const before = anchor?.isConnected ? anchor.getBoundingClientRect().top : null;
  change();
  if (before === null || !anchor.isConnected) return;
  const by = anchor.getBoundingClientRect().top - before;
  if (Math.abs(by) >= 1) window.scrollBy({ top: by, behavior: "instant" });
}

function fill(gap) {
  const records = contents.get(gap);
  if (!records || !gap.isConnected) return [];
  const elements = elementsOf(records);
  nearby.unobserve(gap);
  contents.delete(gap);
  keepPlace(() => gap.replaceWith(...elements));
  present(elements);
  return elements;
}

function present(elements) {
  for (const element of elements) {
    enhance(element);
    if (element.dataset.photoId) wanted.add(element.dataset.photoId);
  }
  askSoon();
}

/** Photos whose tiles came back and have no addresses yet. */
const wanted = new Set();
let asking = 0;

function askSoon(waitMs = 30) {
  if (!wanted.size || asking) return;
  asking = setTimeout(async () => {
    // Who scrolled past them needs none.
    const ids = [...wanted].filter((id) => tileOf(id));
    wanted.clear();
    try {
      for (const photo of await askForPhotos(ids)) {
        const tile = tileOf(photo.id);
        if (tile) renewTile(tile, photo);
      }
      asking = 0;
      askSoon();
    } catch {
      for (const id of ids) wanted.add(id);
      asking = 0;
      askSoon(RETRY_MS);
    }
  }, waitMs);
}

const tileOf = (id) => document.querySelector(`.sheet > .tile[data-photo-id="${CSS.escape(id)}"]`);

/** Take rows out of the document, the farthest first, until few enough tiles are left. */
function trim(sheet) {
  let left = countOf(sheet);
  if (left <= TRIM_ABOVE) return;
  const far = FAR * window.innerHeight;
  const distance = ({ top, bottom }) => Math.max(-bottom, top - window.innerHeight);
  const parts = [];
  let part = null;
  for (const row of measuredRows(sheet)) {
    const next = row.items.at(-1).nextElementSibling;
    // The last row changes when more photos come.
    const isLast = !next || next.matches(".more");
    const mayGo = !isLast && distance(row) > far && !row.items.some((item) => item.contains(document.activeElement));
    const follows = part?.at(-1).items.at(-1).nextElementSibling === row.items[0];
    if (mayGo && follows && tilesIn(part) + row.items.length <= TILES_PER_GAP) part.push(row);
    else if (mayGo) parts.push((part = [row]));
    else part = null;
  }
  parts.sort((one, other) => distance(boxOf(other)) - distance(boxOf(one)));
  for (const rows of parts) {
    if (left <= TRIM_TO) break;
    left -= tilesIn(rows);
    takeAway(rows);
  }
}

const tilesIn = (rows) => rows.reduce((sum, { items }) => sum + items.length, 0);
const boxOf = (rows) => ({ top: rows[0].top, bottom: rows.at(-1).bottom });

function takeAway(rows) {
  const items = rows.flatMap((row) => row.items);
  const { top, bottom } = boxOf(rows);
  items[0].before(gapOf(items.map(recordOf), bottom - top));
  for (const item of items) item.remove();
}

/** Lay gaps out for another width: rows that are partly in the document come back, the others get their height. */
function recut(sheet) {
  if (!gapsOf(sheet).length) return;
  const style = getComputedStyle(sheet);
  const pixels = (name) => Number.parseFloat(style.getPropertyValue(name)) || 0;
  const gutter = pixels("column-gap");
  const width = sheet.getBoundingClientRect().width - pixels("padding-left") - pixels("padding-right");
  for (const run of runsOf(sheet)) {
    if (run.some(({ record }) => record)) recutRun(run, { width, gutter, row: pixels("--row") });
  }
}

/** Return the photos between two headings, in the document or not. */
function runsOf(sheet) {
  const runs = [[]];
  for (const item of sheet.children) {
    if (contents.has(item)) runs.at(-1).push(...contents.get(item).map((record) => ({ record, gap: item })));
    else if (isPhotoOrFiller(item)) runs.at(-1).push({ element: item });
    else runs.push([]);
  }
  return runs.filter((run) => run.length);
}

function recutRun(run, room) {
  const old = new Set(run.map(({ gap }) => gap).filter(Boolean));
  const ratios = run.map(({ element, record }) => (record ? record.ratio : element.matches(".tile") ? ratioOf(element) : FILLER));
  const back = [];
  let waiting = [];
  let rows = [];
  const close = () => {
    if (!rows.length) return;
    const records = rows.flatMap(({ start, end }) => run.slice(start, end).map(({ record }) => record));
    waiting.push(gapOf(records, heightOfRows(rows, room.gutter)));
    rows = [];
  };
  for (const row of rowsOf(ratios, room)) {
    const items = run.slice(row.start, row.end);
    if (items.every(({ record }) => record)) {
      const count = rows.length ? row.end - rows[0].start : 0;
      if (count > TILES_PER_GAP) close();
      rows.push(row);
      continue;
    }
    close();
    for (const { element, record } of items) {
      if (record) {
        const [made] = elementsOf([record]);
        back.push(made);
        waiting.push(made);
      } else {
        element.before(...waiting);
        waiting = [];
      }
    }
  }
  close();
  const last = run.findLast(({ element }) => element)?.element;
  if (last) last.after(...waiting);
  else [...old][0].before(...waiting);
  for (const gap of old) {
    nearby.unobserve(gap);
    contents.delete(gap);
    gap.remove();
  }
  present(back);
}

const nearby = new IntersectionObserver(
  (entries) => {
    const gaps = entries.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => target);
    for (const sheet of new Set(gaps.map((gap) => gap.parentElement).filter(Boolean))) trim(sheet);
    for (const gap of gaps) fill(gap);
  },
  { rootMargin: `${100 * NEAR}% 0px` },
);

const widths = new WeakMap();
const resized = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    if (widths.get(target) === contentRect.width) continue;
    const isFirst = !widths.has(target);
    widths.set(target, contentRect.width);
    if (isFirst) continue;
    const { held } = place;
    recut(target);
    if (!held?.isConnected) continue;
    window.scrollBy({ top: held.getBoundingClientRect().top - place.top, behavior: "instant" });
  }
});

/** The photo that was in sight last, and where. */
const place = { held: null, top: 0 };

/** The photo where the eye rests, or the first below: there may be a heading, or the end of a month's last row. */
function photoInSight() {
  for (let y = window.innerHeight / 3; y < window.innerHeight; y += 40) {
    const found = document.elementFromPoint(window.innerWidth / 2, y)?.closest(".sheet > .tile");
    if (found) return found;
  }
  return null;
}

function onScroll() {
  const inSight = photoInSight();
  if (inSight) {
    anchor = inSight;
    Object.assign(place, { held: inSight, top: inSight.getBoundingClientRect().top });
  }
  watch();
}

/** Trim all sheets; follow those that are new. */
function watch() {
  for (const sheet of document.querySelectorAll(SHEETS)) {
    if (!sheets.has(sheet)) {
      sheets.add(sheet);
      resized.observe(sheet);
    }
    trim(sheet);
  }
}

/** The links of all photos of the page that open large, in the document or not. */
export const pictures = {
  get length() {
    return parts().reduce((sum, { count }) => sum + count, 0);
  },
  at(index) {
    for (;;) {
      const found = parts().find(({ first, count }) => index >= first && index < first + count);
      if (!found?.gap) return found?.link;
      fill(found.gap);
    }
  },
  indexOf(link) {
    return parts().find((part) => part.link === link)?.first ?? -1;
  },
};

function parts() {
  let first = 0;
  return [...document.querySelectorAll(`.sheet .tile ${PICTURE}, .sheet > .gap`)].map((one) => {
    const gap = one.matches(".gap") ? one : null;
    const part = { gap, link: gap ? null : one, first, count: gap ? Number(one.dataset.opens) : 1 };
    first += part.count;
    return part;
  });
}

export function startSheetWindow(enhanceElement) {
  enhance = enhanceElement;
  let isDue = false;
  window.addEventListener(
    "scroll",
    () => {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        onScroll();
      });
    },
    { passive: true },
  );
  document.addEventListener("htmx:load", watch);
  // A processed photo may have another shape than its placeholder had.
  document.addEventListener("tile:shaped", ({ target }) => {
    const sheet = target.closest(SHEETS);
    if (sheet) keepPlace(() => recut(sheet));
  });
  document.addEventListener("focusin", ({ target, relatedTarget }) => {
    const gap = target.closest(".gap");
    if (!gap) return;
    const isBackwards = Boolean(relatedTarget && gap.compareDocumentPosition(relatedTarget) & Node.DOCUMENT_POSITION_FOLLOWING);
    const links = fill(gap).map((element) => element.querySelector("a")).filter(Boolean);
    links.at(isBackwards ? -1 : 0)?.focus();
  });
  watch();
}
