import assert from "node:assert/strict";
import { test } from "node:test";
import { deliver } from "../../static/src/upload/delivery.js";
import { Stopped } from "../../static/src/upload/stopped.js";

const soon = () => new Date(Date.now() + 900_000).toISOString();
const offered = (facts = {}) => ({ outcome: "offered", photo_id: "p", url: "/o/p", headers: {}, expires_at: soon(), ...facts });
const there = { outcome: "already_there", photo_id: "p", page_url: "/photos/p/" };

/** The gallery and the store as scripts of answers; the last answer repeats. */
function world(answers, statuses) {
  const asked = [];
  const waits = [];
  const sent = [];
  const next = (list, count) => list[Math.min(count, list.length - 1)];
  return {
    asked,
    waits,
    sent,
    means: {
      ask: async (upload) => {
        asked.push(upload);
        return next(answers, asked.length - 1);
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

test("a file that is taken at once is asked for and sent once", async () => {
  const { means, asked, sent, waits } = world([offered()], [200]);
  assert.equal((await deliver(upload, means)).photo_id, "p");
  assert.deepEqual([asked.length, sent.length, waits.length], [1, 1, 0]);
});

test("a file that is there already is not sent", async () => {
  const { means, sent } = world([there], [200]);
  assert.equal((await deliver(upload, means)).photo_id, "p");
  assert.equal(sent.length, 0);
});

for (const status of [409, 500, 503, 0]) {
  test(`after ${status} the same offer is used again, later and later`, async () => {
    const { means, asked, sent, waits } = world([offered()], [status, status, status, 200]);
    await deliver(upload, means);
    assert.deepEqual([asked.length, sent.length], [1, 4]);
    assert.ok(waits[0] < waits[1] && waits[1] < waits[2]);
  });
}

test("after 412 the gallery is told of the conflict, and its word is final", async () => {
  const { means, asked, sent } = world([offered(), there], [412]);
  assert.equal((await deliver(upload, means)).outcome, "already_there");
  assert.deepEqual(asked, [{ upload_id: "u" }, { upload_id: "u", met_conflict: true }]);
  assert.equal(sent.length, 1);
});

test("after 403 a new offer is asked for with the same upload id", async () => {
  const { means, asked, sent } = world([offered(), offered({ url: "/o/p?new" })], [403, 200]);
  await deliver(upload, means);
  assert.deepEqual(asked, [{ upload_id: "u" }, { upload_id: "u" }]);
  assert.equal(sent[1].url, "/o/p?new");
});

test("an offer that dies within seconds is replaced before it is used", async () => {
  const dying = offered({ expires_at: new Date(Date.now() + 5_000).toISOString() });
  const { means, asked } = world([dying, offered()], [503, 200]);
  await deliver(upload, means);
  assert.equal(asked.length, 2);
});

test("other bytes than announced are an end as soon as they are told from a slow line", async () => {
  const { means, sent } = world([offered()], [400]);
  await assert.rejects(deliver(upload, means), (error) => error instanceof Stopped && !error.retryable);
  assert.equal(sent.length, 2);
});

test("a single 400, as of a slow line or a dead session, costs a new offer and no photo", async () => {
  const { means, asked, sent } = world([offered(), offered({ url: "/o/p?new" })], [400, 200]);
  assert.equal((await deliver(upload, means)).photo_id, "p");
  assert.deepEqual([asked.length, sent[1].url], [2, "/o/p?new"]);
});

test("a store that stays silent is given up in words, and may be retried", async () => {
  const { means, sent } = world([offered()], [0]);
  await assert.rejects(deliver(upload, means), (error) => error.retryable && error.reason === "connection_lost");
  assert.ok(sent.length < 10);
});

for (const [reason, retryable] of [["too_many_outstanding", true], ["quota_exceeded", true], ["type_not_accepted", false]]) {
  test(`a refusal for ${reason} may ${retryable ? "" : "not "}be retried`, async () => {
    const { means } = world([{ outcome: "refused", reason, sentence: "Why." }], [200]);
    await assert.rejects(deliver(upload, means), { message: "Why.", reason, retryable });
  });
}
