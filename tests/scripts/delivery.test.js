import assert from "node:assert/strict";
import { test } from "node:test";
import { deliver } from "../../static/src/upload/delivery.js";
import { UploadError } from "../../static/src/upload/error.js";

const soon = () => new Date(Date.now() + 900_000).toISOString();
const offered = (facts = {}) => ({ outcome: "offered", photo_id: "p", url: "/o/p", headers: {}, expires_at: soon(), ...facts });
const there = { outcome: "already_there", photo_id: "p", page_url: "/photos/p/" };

/** Scripted answers of the gallery and the store; the last answer repeats. */
function world(answers, statuses) {
  const requested = [];
  const waits = [];
  const sent = [];
  const next = (list, count) => list[Math.min(count, list.length - 1)];
  return {
    requested,
    waits,
    sent,
    dependencies: {
      requestOffer: async (upload) => {
        requested.push(upload);
        return next(answers, requested.length - 1);
      },
      put: async (offer) => {
        sent.push(offer);
        return next(statuses, sent.length - 1);
      },
      onProgress: () => {},
      pause: async (milliseconds) => waits.push(milliseconds),
      online: async () => {},
    },
  };
}

const upload = { file: {}, upload: { upload_id: "u" }, visibility: "public" };

test("deliver: a new file is requested and sent once", async () => {
  const { dependencies, requested, sent, waits } = world([offered()], [200]);
  assert.equal((await deliver(upload, dependencies)).photo_id, "p");
  assert.deepEqual([requested.length, sent.length, waits.length], [1, 1, 0]);
});

test("deliver: a file that is already there is not sent", async () => {
  const { dependencies, sent } = world([there], [200]);
  assert.equal((await deliver(upload, dependencies)).photo_id, "p");
  assert.equal(sent.length, 0);
});

for (const status of [409, 500, 503, 0]) {
  test(`deliver: after ${status} the same offer is used again with backoff`, async () => {
    const { dependencies, requested, sent, waits } = world([offered()], [status, status, status, 200]);
    await deliver(upload, dependencies);
    assert.deepEqual([requested.length, sent.length], [1, 4]);
    assert.ok(waits[0] < waits[1] && waits[1] < waits[2]);
  });
}

test("deliver: a file that was there before is known", async () => {
  const { dependencies, sent } = world([there], [200]);
  assert.equal((await deliver(upload, dependencies)).known, true);
  assert.equal(sent.length, 0);
});

test("deliver: after 412 the gallery is asked with met_conflict", async () => {
  const { dependencies, requested, sent } = world([offered(), there], [412]);
  const answer = await deliver(upload, dependencies);
  assert.deepEqual([answer.outcome, answer.known], ["already_there", false]);
  assert.deepEqual(requested, [{ upload_id: "u" }, { upload_id: "u", met_conflict: true }]);
  assert.equal(sent.length, 1);
});

test("deliver: after 403 a new offer is requested with the same upload id", async () => {
  const { dependencies, requested, sent } = world([offered(), offered({ url: "/o/p?new" })], [403, 200]);
  await deliver(upload, dependencies);
  assert.deepEqual(requested, [{ upload_id: "u" }, { upload_id: "u" }]);
  assert.equal(sent[1].url, "/o/p?new");
});

test("deliver: an offer that expires within seconds is replaced before use", async () => {
  const expiring = offered({ expires_at: new Date(Date.now() + 5_000).toISOString() });
  const { dependencies, requested } = world([expiring, offered()], [503, 200]);
  await deliver(upload, dependencies);
  assert.equal(requested.length, 2);
});

test("deliver: a second 400 means that the file changed", async () => {
  const { dependencies, sent } = world([offered()], [400]);
  await assert.rejects(deliver(upload, dependencies), (error) => error instanceof UploadError && !error.retryable);
  assert.equal(sent.length, 2);
});

test("deliver: a single 400 is retried with a new offer", async () => {
  const { dependencies, requested, sent } = world([offered(), offered({ url: "/o/p?new" })], [400, 200]);
  assert.equal((await deliver(upload, dependencies)).photo_id, "p");
  assert.deepEqual([requested.length, sent[1].url], [2, "/o/p?new"]);
});

test("deliver: a store that does not respond fails and may be retried", async () => {
  const { dependencies, sent } = world([offered()], [0]);
  await assert.rejects(deliver(upload, dependencies), (error) => error.retryable && error.reason === "connection_lost");
  assert.ok(sent.length < 10);
});

for (const [reason, retryable] of [["too_many_outstanding", true], ["quota_exceeded", true], ["type_not_accepted", false]]) {
  test(`deliver: a refusal for ${reason} may ${retryable ? "" : "not "}be retried`, async () => {
    const { dependencies } = world([{ outcome: "refused", reason, sentence: "Why." }], [200]);
    await assert.rejects(deliver(upload, dependencies), { message: "Why.", reason, retryable });
  });
}
