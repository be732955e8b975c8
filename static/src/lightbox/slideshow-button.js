// The slideshow's button and its seconds, and what ends it.
import { gettext } from "../i18n.js";
import { ICONS } from "./icons.js";
import { Slideshow } from "./slideshow.js";

export function addSlideshow(pswp, { links, panel, reducesMotion }) {
  let button;
  const slideshow = new Slideshow({
    isReady: () => !pswp.contentLoader.getContentByIndex(pswp.currIndex + 1)?.isLoading(),
    next() {
      if (pswp.currIndex >= links.length - 1) return false;
      pswp.next();
      return true;
    },
    onChange(isRunning) {
      pswp.element.classList.toggle("slideshow", isRunning);
      pswp.element.classList.toggle("fades", isRunning && !reducesMotion);
      button.setAttribute("aria-pressed", String(isRunning));
      button.setAttribute("aria-label", isRunning ? gettext("Pause the slideshow") : gettext("Start the slideshow"));
      button.title = button.getAttribute("aria-label");
    },
  });

  pswp.on("uiRegister", () => {
    pswp.ui.registerElement({
      name: "slideshow",
      title: gettext("Start the slideshow"),
      order: 8,
      isButton: true,
      html: ICONS.play,
      onInit(made) {
        button = made;
        button.setAttribute("aria-pressed", "false");
      },
      onClick: () => slideshow.toggle(),
    });
  });
  pswp.on("afterInit", () => {
    const label = document.createElement("label");
    const seconds = document.createElement("input");
    Object.assign(seconds, { type: "number", min: "2", max: "30", value: String(slideshow.seconds) });
    seconds.addEventListener("change", () => {
      slideshow.seconds = seconds.value;
      seconds.value = String(slideshow.seconds);
    });
    label.append(gettext("Seconds for each photo"), seconds);
    panel.addSetting(label);
  });

  const stop = () => slideshow.stop();
  const onOther = ({ target }) => {
    if (!target.closest?.(".pswp__button--slideshow, .info-panel")) stop();
  };
  const onHidden = () => document.hidden && stop();
  // Keys of the slideshow itself come through the table, after this.
  const onKey = (event) => {
    if (![" ", "s", "S", "Tab", "Shift"].includes(event.key) && !event.target.closest?.(".info-panel")) stop();
  };
  pswp.on("bindEvents", () => {
    pswp.events.add(pswp.element, "pointerdown wheel", onOther);
    pswp.events.add(document, "keydown", onKey);
    pswp.events.add(document, "visibilitychange", onHidden);
  });
  pswp.on("close", stop);
  return slideshow;
}
