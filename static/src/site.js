// Entry point. Every page works without it.
import htmx from "htmx.org";
import { enterRoom, showRoom, toggleRoom } from "./dark-room.js";
import { locale } from "./i18n.js";
import { bindKeys } from "./keys.js";
import { startLightbox } from "./lightbox-loader.js";
import { startPages } from "./pages.js";
import { enhancePasswords } from "./reveal.js";
import { startRenewal } from "./renewal.js";
import { startSearch } from "./search.js";
import { startScrubber } from "./scrubber.js";
import { startSheetWindow } from "./sheet-window.js";
import { enhanceTiles } from "./tiles.js";

const day = new Intl.DateTimeFormat(locale(), { dateStyle: "long" });
const dayAndMinute = new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeStyle: "short" });

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

function startKeys() {
  const isPage = () => !document.querySelector(".pswp");
  bindKeys("everywhere", {
    search() {
      const box = document.querySelector("#search-box");
      if (!box || !isPage()) return false;
      document.querySelector("body > header")?.classList.remove("scrolled-away");
      box.focus();
      box.select();
      return true;
    },
    help: () => void import("./help.js").then(({ toggleHelp }) => toggleHelp()),
  });
  // The link or button of a key, such as the arrows to the next photo.
  const follow = ({ key }) => {
    const link = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    link?.click();
    return Boolean(link);
  };
  bindKeys("photo", { turn: follow, favorite: follow, archive: follow, rotate: follow }, { isActive: isPage });
}

/** Darken a photo's page where a person wants it. */
function startRoom() {
  const button = document.querySelector(".turn [data-dark-room]");
  if (!button) return;
  const toggle = () => {
    toggleRoom();
    showRoom(button);
  };
  enterRoom();
  showRoom(button);
  button.addEventListener("click", toggle);
  bindKeys("photo", { room: toggle }, { isActive: () => !document.querySelector(".pswp") });
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
startSearch();
startOfflineNotice();
startPages(htmx, enhance);
startLightbox();
startRenewal();
startScrubber();
enhance(document);
startSheetWindow(enhance);
document.addEventListener("details:shown", ({ target }) => enhance(target));

if (document.querySelector("form[data-passkey]")) {
  import("./passkeys.js").then(({ startPasskeys }) => startPasskeys());
}
startRoom();
if (document.querySelector("form[data-autosave]")) {
  import("./autosave.js").then(({ startAutosave }) => startAutosave());
}
if (document.querySelector("#selection")) import("./selection.js");
if (document.querySelector("ul.sheet.arrange")) import("./arrange.js");
if (document.querySelector("[data-copy]")) import("./copy.js");
if (document.querySelector("[data-look-again]")) import("./preparing.js");
if (document.querySelector("[data-batch]:not([data-finished])")) {
  import("./batch.js").then(({ followBatch }) => followBatch());
}
if (document.querySelector("form[data-zip]")) {
  import("./zip/page.js").then(({ startDownloadPage }) => startDownloadPage());
}
// For people with an account; visitors get pages that need no worker.
if (document.body.dataset.serviceWorkerUrl && "serviceWorker" in navigator) {
  import("./installed.js").then(({ startServiceWorker }) => startServiceWorker());
}
if (document.body.dataset.offersUrl && window.crypto?.subtle) {
  import("./upload/start.js").then(({ startUploads }) => startUploads());
}
