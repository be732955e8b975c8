// The page of a download: one button makes the zip, and the page says how far it is.
import { download, progressOf, throttled, zipName } from "./download.js";

export function startDownloadPage() {
  const form = document.querySelector("form[data-zip]");
  const running = form.querySelector("[data-running]");
  const button = form.querySelector("button[type=submit]");
  const said = form.querySelector("[data-said]");
  const bar = running.querySelector("progress");
  // Visitors have no service worker before they download.
  const ready = form.dataset.workerUrl ? navigator.serviceWorker?.register(form.dataset.workerUrl).catch(() => {}) : null;
  let stop = null;

  form.hidden = false;
  form.querySelector("[data-cancel]").addEventListener("click", () => stop?.abort());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (stop) return;
    stop = new AbortController();
    button.disabled = true;
    running.hidden = false;
    said.textContent = "";
    showMissing(form, []);
    await ready;
    const total = Number(form.dataset.total);
    bar.max = Number(form.dataset.bytes) || 1;
    const show = throttled((contents) => {
      bar.value = contents.bytes;
      running.querySelector("[data-figures]").textContent = progressOf(contents, total);
    });
    const result = await download({
      itemsUrl: form.dataset.itemsUrl,
      aboutUrl: form.dataset.aboutUrl,
      query: form.dataset.query,
      name: zipName(form.dataset.name),
      withSidecars: form.elements.sidecars?.checked,
      show,
      signal: stop.signal,
    });
    stop = null;
    button.disabled = false;
    running.hidden = true;
    said.textContent = result.sentence;
    showMissing(form, result.failed);
  });
}

const MOST_SHOWN = 20;

function showMissing(form, failed) {
  const items = failed.slice(0, MOST_SHOWN).map(({ path, sentence }) => {
    const item = document.createElement("li");
    item.textContent = `${path}: ${sentence}`;
    return item;
  });
  form.querySelector("[data-missing]").replaceChildren(...items);
}
