// The tray: one row per file with its picture and status.
import { ask, finished } from "../batch.js";
import { gettext, interpolate, locale, ngettext } from "../i18n.js";
import { addressesOf, setAddresses } from "../picture.js";
import { say } from "../say.js";
import { awaitPicture } from "../tiles.js";
import { shortened } from "./names.js";

const count = new Intl.NumberFormat(locale());
const percent = new Intl.NumberFormat(locale(), { style: "percent" });
const megabyte = new Intl.NumberFormat(locale(), { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
const megabytes = (bytes) => megabyte.format(bytes / 1e6);

function statusText({ state, sent, file, sentence }) {
  if (state === "waiting") return gettext("Waiting");
  if (state === "sending") {
    const values = { percent: percent.format(Math.floor((100 * sent) / file.size) / 100), size: megabytes(file.size) };
    return interpolate(gettext("%(percent)s of %(size)s"), values);
  }
  return sentence || gettext("Processing");
}

function showPicture(row, { photo, preview }) {
  const frame = row.querySelector(".frame");
  if (!photo?.src) return;
  const image = new Image();
  image.alt = "";
  // Keep the local preview until the thumbnail is loaded, to avoid flicker.
  image.addEventListener("load", () => {
    for (const old of frame.querySelectorAll("img")) if (old !== image) old.remove();
    URL.revokeObjectURL(preview);
  });
  frame.append(setAddresses(image, { ...addressesOf(photo), sizes: "72px" }));
  awaitPicture(frame, image);
}

function makeRow(template, item) {
  const row = template.content.cloneNode(true).firstElementChild;
  row.querySelector(".name").textContent = item.file.name;
  const preview = row.querySelector("img");
  item.preview = URL.createObjectURL(item.file);
  preview.addEventListener("error", () => preview.remove(), { once: true });
  preview.src = item.preview;
  return row;
}

function updateRow(row, item) {
  row.className = `upload-row ${{ failed: "failed", processing: "working" }[item.state] ?? ""}`;
  row.querySelector(".upload-status").textContent = statusText(item);
  const link = row.querySelector("a");
  link.hidden = !item.pageUrl;
  if (item.pageUrl) link.href = item.pageUrl;
}

function summary({ files, arrived, known, failed, sentBytes, bytes }) {
  const values = {
    arrived: count.format(arrived - known),
    files: count.format(files - known),
    sent: megabytes(sentBytes),
    size: megabytes(bytes),
  };
  if (known && known === files) return gettext("All of them were already uploaded");
  if (arrived + failed === files) return interpolate(gettext("%(arrived)s of %(files)s uploaded"), values);
  return interpolate(gettext("%(arrived)s of %(files)s uploaded · %(sent)s of %(size)s"), values);
}

function announcement({ files, arrived, known, failed }) {
  if (arrived + failed < files) return "";
  const sentences = [];
  if (arrived > known || !known) {
    const uploaded = ngettext("%(count)s photo uploaded.", "%(count)s photos uploaded.", arrived - known);
    sentences.push(interpolate(uploaded, { count: count.format(arrived - known) }));
  }
  if (known) {
    const there = ngettext("%(count)s photo was already uploaded.", "%(count)s photos were already uploaded.", known);
    sentences.push(interpolate(there, { count: count.format(known) }));
  }
  if (failed) {
    const notUploaded = ngettext("%(count)s photo wasn't uploaded.", "%(count)s photos weren't uploaded.", failed);
    sentences.push(interpolate(notUploaded, { count: count.format(failed) }));
  }
  return sentences.join(" ");
}

/** Offer an album for each folder that was dropped. */
function albumOffers(place) {
  const asked = new Set();

  async function create({ title, ids }, line) {
    const [button] = line.children;
    button.disabled = true;
    const body = new FormData();
    for (const [name, value] of Object.entries({ act: "add_to_album", album: "new", title })) body.set(name, value);
    body.set("photos", ids.join(","));
    try {
      const batch = await finished(await ask(document.body.dataset.batchUrl, body), () => {});
      line.textContent = batch.sentence;
    } catch ({ message }) {
      line.firstChild.disabled = false;
      line.lastChild.textContent = ` ${message}`;
    }
  }

  return (folders) => {
    for (const folder of folders) {
      if (asked.has(folder.folder)) continue;
      asked.add(folder.folder);
      const line = document.createElement("p");
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "as-link" });
      const words = ngettext("Put %(count)s photo into a new album: %(title)s", "Put %(count)s photos into a new album: %(title)s", folder.ids.length);
      button.textContent = interpolate(words, { count: count.format(folder.ids.length), title: folder.title });
      button.addEventListener("click", () => create(folder, line));
      line.append(button, document.createTextNode(""));
      place.append(line);
    }
  };
}

/** Say what a tab did not upload before it was closed. */
async function showMissing(line, missing, redraw) {
  const { names, forget } = await missing.ofClosedTabs();
  if (!names.length) return;
  const words = ngettext(
    "A tab was closed before %(count)s file was uploaded: %(names)s. Choose it again.",
    "A tab was closed before %(count)s files were uploaded: %(names)s. Choose them again.",
    names.length,
  );
  const named = new Intl.ListFormat(locale(), { type: "unit" }).format(shortened(names));
  line.firstElementChild.textContent = interpolate(words, { count: count.format(names.length), names: named });
  line.hidden = false;
  line.querySelector("button").addEventListener("click", () => {
    forget();
    line.hidden = true;
    redraw();
  });
  redraw();
}

export function startTray(tray, uploads, missing) {
  const list = tray.querySelector("ul");
  const template = tray.querySelector("template");
  const [retry, clear] = ["retry", "clear"].map((name) => tray.querySelector(`[data-${name}]`));
  const offerAlbums = albumOffers(tray.querySelector("[data-albums]"));
  const lost = tray.querySelector("[data-missing]");
  const rows = new Map();
  const states = new Map();
  let isDrawing = false;
  let announced = "";

  function drawTotals() {
    isDrawing = false;
    const { totals } = uploads;
    tray.hidden = !totals.files && lost.hidden;
    tray.querySelector("[data-summary]").textContent = totals.files ? summary(totals) : "";
    const outcome = totals.files ? announcement(totals) : "";
    if (outcome !== announced) say(outcome);
    announced = outcome;
    const bar = tray.querySelector("progress");
    bar.max = totals.bytes || 1;
    bar.value = totals.sentBytes;
    bar.hidden = totals.arrived + totals.failed === totals.files;
    retry.hidden = !totals.retryable;
    clear.hidden = !totals.files || uploads.inProgress;
    if (document.body.dataset.batchUrl) offerAlbums(uploads.folders);
    tray.querySelector("[data-stay]").hidden = !uploads.unfinished;
  }

  uploads.addEventListener("change", ({ detail: item }) => {
    if (states.get(item) !== item?.state) {
      states.set(item, item?.state);
      missing.keepSoon(() => uploads.missing);
    }
    if (item) {
      if (!rows.has(item)) {
        rows.set(item, makeRow(template, item));
        list.append(rows.get(item));
      }
      updateRow(rows.get(item), item);
      if (item.photo && !item.shown) {
        item.shown = true;
        showPicture(rows.get(item), item);
      }
    }
    for (const [known, row] of rows) {
      if (item || uploads.all.includes(known)) continue;
      URL.revokeObjectURL(known.preview);
      row.remove();
      rows.delete(known);
    }
    // Progress events are frequent; draw the totals once per frame.
    if (!isDrawing) requestAnimationFrame(drawTotals);
    isDrawing = true;
  });
  showMissing(lost, missing, drawTotals);
  retry.addEventListener("click", () => uploads.retryFailed());
  clear.addEventListener("click", () => uploads.clearFinished());
}
