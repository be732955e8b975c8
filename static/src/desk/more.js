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
    for (let page = first; page < first + MOST_PAGES; page += 1) {
      const found = await this.#page(page);
      if (!found && page === first) return false;
      // Judged photos leave the list, so those behind them move to the page before, which was read earlier.
      const before = page > first ? await this.#page(page - 1) : null;
      if (page > first && !before) return false;
      const tiles = this.#unknown(before, found);
      if (tiles.length) {
        this.onTiles(tiles);
        return true;
      }
      const last = found ?? before;
      if (!last.querySelector("a[rel=next]")) {
        this.isAtEnd = true;
        return false;
      }
      if (!found) return false;
    }
    return false;
  }

  /** Return the tiles of two pages that the desk does not show yet, each once, in their order. */
  #unknown(...pages) {
    const tiles = pages.flatMap((page) => [...(page?.querySelectorAll("[data-tile]") ?? [])]);
    const first = new Map([...tiles].reverse().map((tile) => [tile.dataset.photoId, tile]));
    return tiles.filter((tile) => first.get(tile.dataset.photoId) === tile && !this.isKnown(tile.dataset.photoId));
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
