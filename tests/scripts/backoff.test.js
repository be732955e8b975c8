import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../../static/src/backoff.js";
import { slots } from "../../static/src/upload/slots.js";

test("backoff: grows up to its limit", () => {
  const waits = [0, 1, 2, 20].map((attempt) => backoff(attempt, 1_000, 10_000, 2, 0.5));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 10_000]);
});

test("backoff: jitter is an eighth at most", () => {
  assert.equal(backoff(0, 1_000, 10_000, 2, 0), 875);
  assert.equal(backoff(0, 1_000, 10_000, 2, 1), 1_125);
});

test("slots: tasks run in order, and a failed one frees its slot", async () => {
  const run = slots(1);
  const order = [];
  const ends = await Promise.allSettled([
    run(async () => order.push(1)),
    run(async () => {
      order.push(2);
      throw new Error("no");
    }),
    run(async () => order.push(3)),
  ]);
  assert.deepEqual(order, [1, 2, 3]);
  assert.equal(ends[1].status, "rejected");
});
