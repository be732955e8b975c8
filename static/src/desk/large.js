// The photo in hand as large as the window, without leaving the page.
import { setAddresses } from "../picture.js";

export class Large {
  constructor(dialog, bar, onClose) {
    this.dialog = dialog;
    this.bar = bar;
    this.place = bar.parentElement;
    this.after = bar.nextSibling;
    dialog.addEventListener("close", () => {
      this.place.insertBefore(this.bar, this.after);
      onClose();
    });
  }

  get isOpen() {
    return this.dialog.open;
  }

  open(card) {
    if (this.isOpen) return;
    // Everything outside a modal dialog is inert, so the buttons move in.
    this.dialog.querySelector("[data-large-bar]").append(this.bar);
    this.show(card);
    this.dialog.showModal();
    this.dialog.focus({ preventScroll: true });
  }

  close() {
    this.dialog.close();
  }

  show(card) {
    const frame = this.dialog.querySelector("[data-large-frame]");
    const words = this.dialog.querySelector("[data-large-words]");
    const { fullSrc, fullAvifSrc, fullWidth, fullHeight } = card.element.dataset;
    const small = card.element.querySelector(".desk-picture img");
    const verdict = card.element.querySelector("[data-verdict]").cloneNode(true);
    words.replaceChildren(...card.element.querySelector("[data-words]").cloneNode(true).childNodes);
    if (!fullSrc) {
      frame.replaceChildren(card.element.querySelector(".desk-picture").textContent, verdict);
      return;
    }
    const image = new Image(Number(fullWidth), Number(fullHeight));
    image.alt = small?.alt ?? "";
    frame.replaceChildren(setAddresses(image, { src: fullSrc, avifSrcset: fullAvifSrc, sizes: "100vw" }), verdict);
  }
}
