// Load the next photos of the list into the page.
const MOST_PAGES = 50;

/** `onTiles` gets the tiles of photos that the page does not show yet. */
export class More {
  isAtEnd = false;
  #pending = null;

  constructor({ url, isKnown, onTiles }) {
    Object.assign(this, { url, isKnown, onTiles });
  }

  /** Return whether there were more. Calls at the same time share one request. */
  load() {
    if (this.isAtEnd) return false;
    this.#pending ??= this.#load().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #load() {
    const first = Number(new URL(this.url).searchParams.get("p")) || 1;
    // Judged photos leave the list, so the next ones move to this page.
    for (let page = first; page < first + MOST_PAGES; page += 1) {
      const found = await this.#page(page);
      if (!found) return false;
      const tiles = [...found.querySelectorAll("[data-tile]")].filter((tile) => !this.isKnown(tile.dataset.photoId));
      if (tiles.length) {
        this.onTiles(tiles);
        return true;
      }
      if (!found.querySelector("a[rel=next]")) break;
    }
    this.isAtEnd = true;
    return false;
  }

  async #page(page) {
    const url = new URL(this.url);
    url.searchParams.set("p", page);
    try {
      const response = await fetch(url);
      if (!response.ok || response.redirected) return null;
      return new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      return null;
    }
  }
}
