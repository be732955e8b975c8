// The tray: one row for each file, its picture first, and in plain words what became of it.
import { awaitPicture } from "../tiles.js";

const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const megabytes = (bytes) => `${numbers.format(bytes / 1e6)} MB`;

function says({ state, sent, file, sentence }) {
  if (state === "waiting") return "Waiting for its turn";
  if (state === "sending") return `${Math.floor((100 * sent) / file.size)} % of ${megabytes(file.size)}`;
  if (state === "processing") return "Processing";
  return sentence;
}

function showPicture(row, { photo, preview }) {
  const frame = row.querySelector(".frame");
  if (!photo?.src) return;
  const image = new Image();
  image.alt = "";
  image.srcset = photo.srcset;
  image.sizes = "72px";
  image.src = photo.src;
  // The local preview stays beneath until the thumbnail is there: nothing blinks.
  image.addEventListener("load", () => {
    for (const old of frame.querySelectorAll("img")) if (old !== image) old.remove();
    URL.revokeObjectURL(preview);
  });
  frame.append(image);
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
  row.className = `rolled ${{ failed: "failed", processing: "working" }[item.state] ?? ""}`;
  row.querySelector(".says").textContent = says(item);
  const link = row.querySelector("a");
  link.hidden = !item.pageUrl;
  if (item.pageUrl) link.href = item.pageUrl;
}

function summary({ files, arrived, failed, sentBytes, bytes }) {
  const done = `${numbers.format(arrived)} of ${numbers.format(files)} uploaded`;
  const moved = arrived + failed < files ? ` · ${megabytes(sentBytes)} of ${megabytes(bytes)}` : "";
  return done + moved;
}

function announcement({ files, arrived, failed }) {
  if (arrived + failed < files) return "";
  const photos = (count) => `${numbers.format(count)} ${count === 1 ? "photo" : "photos"}`;
  return failed ? `${photos(arrived)} uploaded, ${photos(failed)} not.` : `${photos(arrived)} uploaded.`;
}

export function startTray(tray, uploads) {
  const list = tray.querySelector("ul");
  const template = tray.querySelector("template");
  const [retry, clear] = ["retry", "clear"].map((name) => tray.querySelector(`[data-${name}]`));
  const rows = new Map();
  let drawing = false;

  function drawTotals() {
    drawing = false;
    const { totals } = uploads;
    tray.hidden = !totals.files;
    tray.querySelector("[data-summary]").textContent = summary(totals);
    tray.querySelector("[data-announcement]").textContent = announcement(totals);
    const bar = tray.querySelector("progress");
    bar.max = totals.bytes || 1;
    bar.value = totals.sentBytes;
    bar.hidden = totals.arrived + totals.failed === totals.files;
    retry.hidden = !totals.retryable;
    clear.hidden = uploads.inMotion;
  }

  uploads.addEventListener("change", ({ detail: item }) => {
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
    // Progress comes in many small steps; the totals are drawn once a frame.
    if (!drawing) requestAnimationFrame(drawTotals);
    drawing = true;
  });
  retry.addEventListener("click", () => uploads.retryFailed());
  clear.addEventListener("click", () => uploads.clearFinished());
}
