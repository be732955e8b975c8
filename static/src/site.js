// The browser's part: everything here adds to pages that work without it.
import htmx from "htmx.org";
import { startHeader } from "./header.js";
import { startKeys } from "./keys.js";
import { startLightbox } from "./lightbox-door.js";
import { startNetworkNotice } from "./network.js";
import { startPages } from "./pages.js";
import { startRenewal } from "./renewal.js";
import { enhanceTiles } from "./tiles.js";
import { localizeTimes } from "./times.js";

function enhance(root) {
  localizeTimes(root);
  enhanceTiles(root);
}

document.documentElement.classList.add("scripted");
startHeader();
startKeys();
startNetworkNotice();
startPages(htmx, enhance);
startLightbox();
startRenewal();
enhance(document);

if (document.body.dataset.offersUrl && window.crypto?.subtle) {
  import("./upload/start.js").then(({ startUploads }) => startUploads());
}
