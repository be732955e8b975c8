// Wire uploads to the page: file picker, drop zone, tray, and the warning on leaving too early.
import { follow } from "../status.js";
import { startDrop } from "./drop.js";
import { offersFrom } from "./offers.js";
import { put } from "./put.js";
import { Uploads } from "./queue.js";
import { startTray } from "./tray.js";

const VISIBILITY = "contactsheet.visibility";

const untilOnline = () =>
  navigator.onLine
    ? Promise.resolve()
    : new Promise((resolve) => window.addEventListener("online", resolve, { once: true }));

/** The visibility chosen last, on the upload page: a drop elsewhere follows it. */
function rememberVisibility(form) {
  const options = [...(form?.querySelectorAll("[name=visibility]") ?? [])];
  const chosen = localStorage.getItem(VISIBILITY);
  for (const option of options) {
    if (chosen && option.value === chosen) option.checked = true;
    option.addEventListener("change", () => localStorage.setItem(VISIBILITY, option.value));
  }
}

function visibility(form) {
  const option = form?.querySelector("[name=visibility]:checked");
  return option?.value ?? localStorage.getItem(VISIBILITY) ?? "public";
}

export function startUploads() {
  const form = document.querySelector("[data-upload-form]");
  const token = document.querySelector("meta[name=csrf-token]").content;
  const ask = offersFrom(document.body.dataset.offersUrl, token);
  const uploads = new Uploads({ ask, put, follow, online: untilOnline });
  const take = (files) => uploads.add(files, visibility(form));

  rememberVisibility(form);
  startTray(document.querySelector("[data-tray]"), uploads);
  startDrop(document.querySelector("[data-drop]"), take);
  const input = form?.querySelector("[type=file]");
  const takeChosen = () => {
    take([...input.files]);
    input.value = "";
  };
  input?.addEventListener("change", takeChosen);
  // Somebody may have chosen before this script arrived.
  if (input?.files.length) takeChosen();
  window.addEventListener("beforeunload", (event) => {
    if (uploads.unfinished) event.preventDefault();
  });
}
