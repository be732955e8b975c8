// Connect uploads to the page: file picker, drop zone, tray, and what keeps the page while it uploads.
import { follow } from "../status.js";
import { startDrop } from "./drop.js";
import { Missing, forgetMissing } from "./missing.js";
import { offersFrom } from "./offers.js";
import { put } from "./put.js";
import { Uploads } from "./queue.js";
import { askAboutShared } from "./shared.js";
import { startStay } from "./stay.js";
import { startTray } from "./tray.js";

const VISIBILITY = "contactsheet.visibility";

/** Resolve when there is a connection, to whether it had to wait for one. */
const untilOnline = () =>
  new Promise((resolve) => {
    if (navigator.onLine) resolve(false);
    else window.addEventListener("online", () => resolve(true), { once: true });
  });

/** Remember the visibility chosen on the upload page; files dropped on other pages use it too. */
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
  const requestOffer = offersFrom(document.body.dataset.offersUrl, token, { online: untilOnline });
  const uploads = new Uploads({ requestOffer, put, follow, online: untilOnline });
  // A browser can take long to notice that it is offline; until then, each try counts.
  window.addEventListener("online", () => uploads.retryFailed());
  const addFiles = (files) => uploads.add(files, visibility(form));

  rememberVisibility(form);
  const missing = new Missing({ person: document.body.dataset.person });
  startTray(document.querySelector("[data-tray]"), uploads, missing);
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("[data-sign-out]")) forgetMissing();
  });
  startDrop(document.querySelector("[data-drop]"), addFiles);
  const input = form?.querySelector("[type=file]");
  const addChosen = () => {
    addFiles([...input.files]);
    input.value = "";
  };
  input?.addEventListener("change", addChosen);
  // Files may have been chosen before this script loaded.
  if (input?.files.length) addChosen();
  if (form && new URLSearchParams(location.search).has("shared") && window.caches) {
    history.replaceState(null, "", location.pathname);
    askAboutShared(document.querySelector("[data-shared]"), addFiles);
  }
  startStay(uploads);
}
