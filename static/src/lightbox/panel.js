// The panel beside the photo: what the gallery tells of it, and how to look at it. It takes room from the photo, and covers nothing.
import { showRoom, toggleRoom } from "../dark-room.js";
import { gettext } from "../i18n.js";
import { ICONS } from "./icons.js";
import { detailsOf } from "./details.js";

const WIDE = "(min-width: 48em)";
const WIDTH = 340;
/** The panel's part of a phone's height. */
const SHARE = 0.42;

export function addPanel(pswp, current) {
  const wide = matchMedia(WIDE);
  let element;
  let button;
  let body;
  let asked = null;

  const panel = {
    get isOpen() {
      return Boolean(element && !element.hidden);
    },
    get width() {
      return panel.isOpen && wide.matches ? WIDTH : 0;
    },
    get height() {
      return panel.isOpen && !wide.matches ? Math.round(SHARE * innerHeight) : 0;
    },
    toggle() {
      const holdsFocus = element.contains(document.activeElement);
      element.hidden = panel.isOpen;
      pswp.element.classList.toggle("with-panel", panel.isOpen);
      button.setAttribute("aria-expanded", String(panel.isOpen));
      if (holdsFocus) button.focus({ preventScroll: true });
      place();
      show();
    },
    toggleRoom() {
      toggleRoom();
      showRoom(element.querySelector("[data-dark-room]"));
    },
    /** Add a line to look at photos by. */
    addSetting(setting) {
      element.querySelector(".settings").prepend(setting);
    },
  };

  function place() {
    element.style.width = panel.width ? `${panel.width}px` : "";
    element.style.height = panel.height ? `${panel.height}px` : "";
    pswp.updateSize(true);
  }

  async function show() {
    const link = current();
    if (!panel.isOpen || !link || asked === link) return;
    asked = link;
    const { html, message } = await detailsOf(link).catch((problem) => problem);
    // Another photo may be in sight by now.
    if (asked !== link) return;
    if (html) body.innerHTML = html;
    else body.textContent = message;
    body.dispatchEvent(new Event("details:shown", { bubbles: true }));
    asked = null;
  }

  pswp.on("uiRegister", () => {
    pswp.ui.registerElement({
      name: "info",
      title: gettext("Details of the photo"),
      order: 9,
      isButton: true,
      html: ICONS.info,
      onInit(made) {
        button = made;
        button.setAttribute("aria-expanded", "false");
      },
      onClick: () => panel.toggle(),
    });
    pswp.ui.registerElement({
      name: "panel",
      className: "info-panel",
      tagName: "aside",
      appendTo: "root",
      order: 10,
      onInit(made) {
        element = made;
        element.hidden = true;
        element.setAttribute("role", "region");
        element.setAttribute("aria-label", gettext("Details of the photo"));
        body = document.createElement("div");
        const settings = document.createElement("div");
        settings.className = "settings";
        const room = document.createElement("button");
        room.type = "button";
        room.className = "as-link";
        room.dataset.darkRoom = "";
        room.textContent = gettext("Dark room");
        showRoom(room);
        room.addEventListener("click", panel.toggleRoom);
        settings.append(room);
        element.append(body, settings);
        // PhotoSwipe would zoom instead of scrolling here.
        element.addEventListener("wheel", (event) => event.stopPropagation());
      },
    });
  });
  pswp.on("change", () => {
    asked = null;
    if (panel.isOpen) body.textContent = "";
    show();
  });
  const onWidth = () => panel.isOpen && place();
  wide.addEventListener("change", onWidth);
  pswp.on("destroy", () => wide.removeEventListener("change", onWidth));
  return panel;
}
