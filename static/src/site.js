// Entry point. Every page works without it.
import htmx from "htmx.org";
import { startLightbox } from "./lightbox-loader.js";
import { startPages } from "./pages.js";
import { enhancePasswords } from "./reveal.js";
import { startRenewal } from "./renewal.js";
import { startSearch } from "./search.js";
import { startScrubber } from "./scrubber.js";
import { startSheetWindow } from "./sheet-window.js";
import { enhanceTiles } from "./tiles.js";

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const dayAndMinute = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });

/** Show times in the reader's locale and time zone. */
function localizeTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]:not([title])")) {
    const instant = new Date(element.dateTime);
    if (Number.isNaN(instant.getTime())) continue;
    element.textContent = ("withMinutes" in element.dataset ? dayAndMinute : day).format(instant);
    element.title = dayAndMinute.format(instant);
  }
}

/** Hide the header while scrolling down and show it again on scrolling up. */
function startHeader() {
  const header = document.querySelector("body > header");
  let before = window.scrollY;
  window.addEventListener(
    "scroll",
    () => {
      const now = window.scrollY;
      // Movements below 8 px come from a resting finger.
      if (Math.abs(now - before) < 8) return;
      header?.classList.toggle("scrolled-away", now > before && now > 64);
      before = now;
    },
    { passive: true },
  );
}

/** Follow the link or press the button of a key, such as the arrows to the next photo, except while typing. */
function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest("input, textarea, select, .pswp")) return;
    document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  });
}

/** Put the cursor into the search box by the key "/", except while typing. */
function startSearchKey() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], .pswp")) return;
    const box = document.querySelector("#search-box");
    if (!box) return;
    event.preventDefault();
    document.querySelector("body > header")?.classList.remove("scrolled-away");
    box.focus();
    box.select();
  });
}

/** Show a notice while the device is offline. */
function startOfflineNotice() {
  const notice = document.querySelector("[data-offline]");
  const update = () => {
    if (notice) notice.hidden = navigator.onLine;
  };
  window.addEventListener("online", update);
  window.addEventListener("offline", update);
  update();
}

function enhance(root) {
  localizeTimes(root);
  enhanceTiles(root);
  enhancePasswords(root);
}

document.documentElement.classList.add("scripted");
startHeader();
startKeys();
startSearchKey();
startSearch();
startOfflineNotice();
startPages(htmx, enhance);
startLightbox();
startRenewal();
startScrubber();
enhance(document);
startSheetWindow(enhance);

if (document.querySelector("form[data-passkey]")) {
  import("./passkeys.js").then(({ startPasskeys }) => startPasskeys());
}
if (document.querySelector("#selection")) import("./selection.js");
if (document.querySelector("ul.sheet.arrange")) import("./arrange.js");
if (document.querySelector("[data-batch]:not([data-finished])")) {
  import("./batch.js").then(({ followBatch }) => followBatch());
}
if (document.body.dataset.offersUrl && window.crypto?.subtle) {
  import("./upload/start.js").then(({ startUploads }) => startUploads());
}
