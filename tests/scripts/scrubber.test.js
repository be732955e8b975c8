// The months that a slider over photos stands for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { monthAt } from "../../static/src/scrubber.js";

for (const [photo, month] of [
  [0, 0],
  [2, 0],
  [3, 1],
  [4, 2],
  [103, 2],
  [104, 2],
]) {
  test(`monthAt: photo ${photo}`, () => assert.equal(monthAt([3, 1, 100], photo), month));
}
