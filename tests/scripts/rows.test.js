// Rows of photos that are not in the document: the same as the browser's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FILLER, heightOfRows, rowsOf } from "../../static/src/rows.js";

const room = { width: 1000, row: 100, gutter: 10 };

for (const [name, ratios, rows] of [
  ["none", [], []],
  ["one grows to the width", [2], [{ start: 0, end: 1, height: 500 }]],
  ["one beside a filler keeps its size", [2, FILLER], [{ start: 0, end: 2, height: 100 + 790 / 1002 }]],
  ["a full row", [2, 2, 2, 2], [{ start: 0, end: 4, height: 970 / 8 }]],
  [
    "the next one has no room",
    [3, 3, 3, 3],
    [
      { start: 0, end: 3, height: 980 / 9 },
      { start: 3, end: 4, height: 1000 / 3 },
    ],
  ],
  ["wider than the row", [12], [{ start: 0, end: 1, height: 1000 / 12 }]],
  ["narrower than high: items below 1 take that share of the room", [0.5], [{ start: 0, end: 1, height: 100 + 950 }]],
  [
    "a filler without room makes a row of no height",
    [4, 5.9, FILLER],
    [
      { start: 0, end: 2, height: 100 },
      { start: 2, end: 3, height: 0 },
    ],
  ],
]) {
  test(`rowsOf: ${name}`, () => {
    const found = rowsOf(ratios, room);
    assert.deepEqual(
      found.map(({ start, end, height }) => ({ start, end, height: height.toFixed(6) })),
      rows.map(({ start, end, height }) => ({ start, end, height: height.toFixed(6) })),
    );
  });
}

test("heightOfRows: with the space between them", () => {
  assert.equal(heightOfRows([{ height: 100 }, { height: 50 }, { height: 0 }], 10), 170);
});
