// The next photos of a list that becomes shorter while its pages are read.
import assert from "node:assert/strict";
import { test } from "node:test";

import { More } from "../../static/src/desk/more.js";

const PER_PAGE = 3;

/** A list of ids in pages, as the gallery sends them; `before(page)` is called before each is read. */
function listOf(ids, before = () => {}) {
  const asked = [];
  globalThis.fetch = async (url) => {
    const page = Number(url.searchParams.get("p"));
    asked.push(page);
    before(page, ids);
    const shown = ids.slice((page - 1) * PER_PAGE, page * PER_PAGE);
    const ok = page === 1 || shown.length > 0;
    return { ok, redirected: false, text: async () => JSON.stringify({ shown, more: ids.length > page * PER_PAGE }) };
  };
  globalThis.DOMParser = class {
    parseFromString(text) {
      const { shown, more } = JSON.parse(text);
      return {
        querySelectorAll: () => shown.map((photoId) => ({ dataset: { photoId } })),
        querySelector: () => (more ? {} : null),
      };
    }
  };
  return asked;
}

function moreOf(known) {
  const more = new More({
    url: "http://localhost/desk/",
    isKnown: (id) => known.has(id),
    onTiles: (tiles) => tiles.forEach((tile) => known.add(tile.dataset.photoId)),
  });
  return { more, known };
}

test("the end of a list of one page is known at once", async () => {
  const asked = listOf(["a", "b"]);
  const { more } = moreOf(new Set(["a", "b"]));
  assert.equal(await more.load(), false);
  assert.equal(more.isAtEnd, true);
  assert.deepEqual(asked, [1]);
});

test("photos that move to a page read already are found", async () => {
  const ids = ["a", "b", "c", "d", "e", "f"];
  // While page 2 is asked for, the first three are judged: the others are on page 1 now, and page 2 is gone.
  listOf(ids, (page, list) => page === 2 && list[0] === "a" && list.splice(0, 3));
  const { more, known } = moreOf(new Set(["a", "b", "c"]));
  assert.equal(await more.load(), true);
  assert.deepEqual([...known], ["a", "b", "c", "d", "e", "f"]);
  assert.equal(more.isAtEnd, false);
});

test("photos that move while the last page is read are found", async () => {
  const ids = ["a", "b", "c", "d", "e", "f", "g"];
  listOf(ids, (page, list) => page === 2 && list[0] === "a" && list.splice(0, 3));
  const { more, known } = moreOf(new Set(["a", "b", "c", "g"]));
  assert.equal(await more.load(), true);
  // In the order of the list, though "g" was there before.
  assert.deepEqual([...known], ["a", "b", "c", "g", "d", "e", "f"]);
});

test("photos that move between two reads come in the order of the list", async () => {
  const ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
  listOf(ids, (page, list) => page === 2 && list[0] === "a" && list.splice(0, 2));
  const { more, known } = moreOf(new Set(["a", "b", "c"]));
  assert.equal(await more.load(), true);
  assert.deepEqual([...known], ["a", "b", "c", "d", "e", "f", "g", "h"]);
});

test("a list of many pages that all are shown ends", async () => {
  const ids = ["a", "b", "c", "d"];
  const asked = listOf(ids);
  const { more } = moreOf(new Set(ids));
  assert.equal(await more.load(), false);
  assert.equal(more.isAtEnd, true);
  assert.deepEqual(asked, [1, 2, 1]);
});

test("a gallery that does not answer is no end", async () => {
  globalThis.fetch = async () => {
    throw new TypeError("offline");
  };
  const { more } = moreOf(new Set());
  assert.equal(await more.load(), false);
  assert.equal(more.isAtEnd, false);
});
