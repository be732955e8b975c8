// The lightbox shows one photo as large as the window.
import PhotoSwipe from "photoswipe";
import { enterRoom } from "./dark-room.js";
import { gettext } from "./i18n.js";
import { bindKeys } from "./keys.js";
import { addActions } from "./lightbox/actions.js";
import { ZOOM_ICON } from "./lightbox/icons.js";
import { addPanel } from "./lightbox/panel.js";
import { addSlideshow } from "./lightbox/slideshow-button.js";
import { ZOOM_LEVELS, isShown, useOriginals } from "./lightbox/zoom.js";
import { setAddresses } from "./picture.js";

/** The links of all photos of the page, in its order; the loader passes them. */
let links;

const LOAD_MORE_BEFORE_END = 4;
const BAR = 52;
const PAN_STEP = 80;

/** The picture of the link: in it, or beside it on the photo's own page. */
const imageOf = (link) => link.querySelector("img") ?? document.querySelector(".photo img");

function slide(link) {
  const image = imageOf(link);
  const { fullSrc, fullAvifSrc, fullWidth, fullHeight, originalType, originalWidth, originalHeight } = link.dataset;
  const hasOriginal = isShown(originalType) && Number(originalWidth) > Number(fullWidth);
  return {
    src: fullSrc,
    avifSrc: fullAvifSrc,
    hasOriginal,
    renditionWidth: Number(fullWidth),
    width: Number(hasOriginal ? originalWidth : fullWidth),
    height: Number(hasOriginal ? originalHeight : fullHeight),
    alt: image?.alt ?? "",
    msrc: image?.currentSrc,
    element: link,
    thumbCropped: true,
  };
}

/** Keep each large image in a <picture>; PhotoSwipe itself knows only images. */
function usePictures(pswp) {
  const pictures = new WeakMap();
  pswp.on("contentLoadImage", ({ content: { element, data } }) => {
    pictures.set(element, setAddresses(element, { src: data.src, avifSrcset: data.avifSrc }));
  });
  pswp.on("contentAppendImage", ({ content }) => {
    const picture = pictures.get(content.element);
    if (picture && !picture.isConnected) content.slide?.container.append(picture);
  });
  pswp.on("contentRemove", (event) => {
    const picture = pictures.get(event.content.element);
    if (!picture) return;
    event.preventDefault(); // PhotoSwipe would take the image out of its picture.
    picture.remove();
    event.content.placeholder?.element?.remove();
  });
}

/** Leave from the sheet's history entry, so that Back returns to the sheet. */
function leaveFor(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const { href } = event.currentTarget;
  window.addEventListener("popstate", () => location.assign(href), { once: true });
  history.back();
}

function addLegend(pswp) {
  pswp.ui.registerElement({
    name: "legend",
    className: "legend-line",
    appendTo: "root",
    order: 9,
    onInit(element) {
      const text = document.createElement("p");
      const details = document.createElement("a");
      details.addEventListener("click", leaveFor);
      element.append(text, details);
      pswp.on("change", () => {
        const link = links.at(pswp.currIndex);
        const parts = [...(link?.querySelectorAll(".legend > :not([hidden])") ?? [])].map((part) => part.textContent);
        text.textContent = parts.filter(Boolean).join(" · ");
        // Of one's own photo, there is more to do than to read.
        details.textContent = link?.closest(".tile")?.querySelector(".pick") ? gettext("Edit") : gettext("Details");
        details.href = link?.href ?? "";
        details.hidden = Boolean(link?.matches("[data-enlarge]"));
        if (details.hidden) text.textContent = imageOf(link).alt;
      });
    },
  });
}

/** Keep the address bar on the current photo, so that reload, share and Back work as expected. */
function keepAddress(pswp, first, close) {
  let leaving = false;
  history.pushState({ photo: true }, "", first.href);
  pswp.on("change", () => {
    const link = links.at(pswp.currIndex);
    if (link && history.state?.photo) history.replaceState({ photo: true }, "", link.href);
  });
  const goBack = () => {
    leaving = true;
    close();
  };
  window.addEventListener("popstate", goBack);
  pswp.on("close", () => {
    if (!leaving && history.state?.photo) history.back();
  });
  pswp.on("destroy", () => window.removeEventListener("popstate", goBack));
}

/** Return a close function that also works during the opening animation, when PhotoSwipe ignores input. */
function closerOf(pswp) {
  let isOpen = false;
  let isWanted = false;
  const close = () => {
    isWanted = true;
    if (isOpen) pswp.close();
  };
  pswp.on("openingAnimationEnd", () => {
    isOpen = true;
    // PhotoSwipe's own listeners of this event must run first.
    if (isWanted) setTimeout(() => pswp.close());
  });
  return close;
}

/** Keep Tab among the controls, both ways: PhotoSwipe's own trap lets focus out and scrolls its layers. */
function loopFocus(pswp) {
  const onKey = (event) => {
    if (event.key !== "Tab" || !pswp.element || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // PhotoSwipe would focus the dialog again.
    const controls = [...pswp.element.querySelectorAll("button, a[href], input, summary")].filter((one) => one.checkVisibility() && !one.disabled);
    const step = event.shiftKey ? -1 : 1;
    const from = controls.indexOf(document.activeElement);
    const to = from < 0 && event.shiftKey ? controls.length - 1 : (from + step + controls.length) % controls.length;
    controls[to]?.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", onKey);
  pswp.on("openingAnimationEnd", () => pswp.element?.focus({ preventScroll: true }));
  pswp.on("destroy", () => document.removeEventListener("keydown", onKey));
}

function pan({ currSlide }, by) {
  if (!currSlide || currSlide.currZoomLevel <= currSlide.zoomLevels.fit) return;
  currSlide.panTo(currSlide.pan.x, currSlide.pan.y + by);
}

/** Bind the keys, all of them from the table: PhotoSwipe's own stay unused. */
function useKeys(pswp, close, handlers) {
  pswp.on("keydown", (event) => event.preventDefault());
  const isOpen = () => pswp.opener.isOpen && !pswp.opener.isClosing;
  const end = bindKeys("lightbox", {
    close,
    ...Object.fromEntries(Object.entries(handlers).map(([name, handle]) => [name, (event) => isOpen() && handle(event)])),
  });
  pswp.on("destroy", end);
}

function loadMore(index) {
  if (index >= links.length - LOAD_MORE_BEFORE_END) {
    document.querySelector(".more .ahead")?.dispatchEvent(new Event("wanted", { bubbles: true }));
  }
}

export function openLightbox(link, allLinks) {
  if (document.querySelector(".pswp")) return;
  links = allLinks;
  const reducesMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const pswp = new PhotoSwipe({
    index: links.indexOf(link),
    bgOpacity: 1,
    // The sheet loads more photos while it is read, so the total is unknown.
    counter: false,
    loop: false,
    ...ZOOM_LEVELS,
    returnFocus: false,
    trapFocus: false,
    showHideAnimationType: reducesMotion ? "none" : "zoom",
    showAnimationDuration: 180,
    hideAnimationDuration: 180,
    zoomAnimationDuration: reducesMotion ? 0 : 180,
    paddingFn: () => ({ top: BAR, bottom: BAR + panel.height, left: 0, right: panel.width }),
    zoomSVG: ZOOM_ICON,
    closeTitle: gettext("Close"),
    zoomTitle: gettext("Zoom"),
    arrowPrevTitle: gettext("Previous photo"),
    arrowNextTitle: gettext("Next photo"),
    errorMsg: gettext("We couldn't load this photo. Check your connection."),
  });
  pswp.addFilter("numItems", () => links.length);
  pswp.addFilter("itemData", (_, index) => slide(links.at(index)));
  pswp.addFilter("thumbEl", (_, { element }) => element && imageOf(element));
  usePictures(pswp);
  useOriginals(pswp);
  const current = () => links.at(pswp.currIndex);
  const close = closerOf(pswp);
  const panel = addPanel(pswp, current);
  const slideshow = addSlideshow(pswp, { links, panel, reducesMotion });
  const actions = addActions(pswp, { links, current, close });
  pswp.on("uiRegister", () => addLegend(pswp));
  useKeys(pswp, close, {
    turn: ({ key }) => pswp[key === "ArrowRight" ? "next" : "prev"](),
    pan: ({ key }) => pan(pswp, key === "ArrowDown" ? -PAN_STEP : PAN_STEP),
    zoom: () => pswp.toggleZoom(),
    info: () => panel.toggle(),
    room: () => panel.toggleRoom(),
    slideshow: () => slideshow.toggle(),
    trash: () => actions.trash(),
    archive: () => actions.archive(),
    rotate: ({ key }) => actions.rotate(key.toLowerCase() === "l" ? "left" : "right"),
    undo: () => actions.undo(),
    favorite: () => actions.favorite(),
  });
  pswp.on("destroy", enterRoom());
  pswp.on("change", () => loadMore(pswp.currIndex));
  let last = link;
  pswp.on("change", () => {
    last = current() ?? last;
    // The sheet has its tiles around what is in sight, so it follows below.
    last.scrollIntoView({ block: "nearest", behavior: "instant" });
  });
  pswp.on("destroy", () => (last.isConnected ? last : document.querySelector("#content"))?.focus({ preventScroll: !last.isConnected }));
  loopFocus(pswp);
  keepAddress(pswp, link, close);
  pswp.init();
  pswp.element.setAttribute("aria-label", gettext("Photo"));
}
