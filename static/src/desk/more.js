// Load the next photos of the list into the page.
const MOST_PAGES = 50;
const ROUNDS = 3;

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
    for (let round = 0; round < ROUNDS; round += 1) {
      const { tiles, pages, isWhole } = await this.#round(first);
      if (tiles.length) {
        this.onTiles(tiles);
        return true;
      }
      if (!pages) return false;
      // One page is the whole list at one time. Between two, judged photos leave the list, and those behind
      // them move to the page that was read already.
      this.isAtEnd = isWhole && (pages === 1 || round === ROUNDS - 1);
      if (this.isAtEnd) return false;
    }
    return false;
  }

  /** Read pages until one has tiles that the page does not show. */
  async #round(first) {
    for (let page = first; page < first + MOST_PAGES; page += 1) {
      const found = await this.#page(page);
      // Behind the first page it is the end of a list that became shorter.
      if (!found) return { tiles: [], pages: page - first, isWhole: false };
      const tiles = [...found.querySelectorAll("[data-tile]")].filter((tile) => !this.isKnown(tile.dataset.photoId));
      if (tiles.length || !found.querySelector("a[rel=next]")) return { tiles, pages: page - first + 1, isWhole: true };
    }
    return { tiles: [], pages: MOST_PAGES, isWhole: true };
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
