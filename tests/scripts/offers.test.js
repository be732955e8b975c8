import assert from "node:assert/strict";
import { test } from "node:test";
import { offersFrom } from "../../static/src/upload/offers.js";

const now = async () => {};
const answer = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers });

/** A gallery that offers everything, after the given troubles. */
function gallery(...troubles) {
  const calls = [];
  const send = async (url, { body, headers }) => {
    const { visibility, uploads } = JSON.parse(body);
    calls.push({ visibility, count: uploads.length, token: headers["X-CSRFToken"] });
    const trouble = troubles.shift();
    if (trouble instanceof Error) throw trouble;
    if (trouble) return trouble;
    return answer(200, { results: uploads.map(({ upload_id }) => ({ upload_id, outcome: "offered" })) });
  };
  return { calls, send };
}

const wishes = (count) => Array.from({ length: count }, (_, number) => ({ upload_id: `u${number}` }));

test("questions of one moment travel together, at most fifty in a list", async () => {
  const { calls, send } = gallery();
  const ask = offersFrom("/offers/", "token", { send, pause: now });
  const results = await Promise.all(wishes(120).map((wish) => ask(wish, "public")));
  assert.deepEqual(calls.map(({ count }) => count), [50, 50, 20]);
  assert.deepEqual(results.map(({ upload_id }) => upload_id), wishes(120).map(({ upload_id }) => upload_id));
  assert.equal(calls[0].token, "token");
});

test("one list is for one visibility", async () => {
  const { calls, send } = gallery();
  const ask = offersFrom("/offers/", "t", { send, pause: now });
  await Promise.all([ask({ upload_id: "a" }, "public"), ask({ upload_id: "b" }, "private")]);
  assert.deepEqual(calls.map(({ visibility }) => visibility), ["public", "private"]);
});

test("an answer that is lost is asked for again", async () => {
  const { calls, send } = gallery(new TypeError("network"), answer(502, {}));
  const ask = offersFrom("/offers/", "t", { send, pause: now });
  assert.equal((await ask({ upload_id: "a" }, "public")).outcome, "offered");
  assert.equal(calls.length, 3);
});

test("a busy gallery is given the time that it asks for", async () => {
  const waits = [];
  const { send } = gallery(answer(429, {}, { "Retry-After": "7" }));
  const ask = offersFrom("/offers/", "t", { send, pause: async (milliseconds) => waits.push(milliseconds) });
  await ask({ upload_id: "a" }, "public");
  assert.equal(Math.max(...waits), 7_000);
});

test("a refusal of the whole list is told to each in the gallery's own words", async () => {
  const { calls, send } = gallery(answer(401, { reason: "signed_out", sentence: "You are signed out." }));
  const ask = offersFrom("/offers/", "t", { send, pause: now });
  const ends = await Promise.allSettled(wishes(2).map((wish) => ask(wish, "public")));
  assert.deepEqual(ends.map(({ reason }) => reason.message), ["You are signed out.", "You are signed out."]);
  assert.equal(calls.length, 1);
});

test("a gallery that cannot be reached is given up after a few tries", async () => {
  const { calls, send } = gallery(...Array.from({ length: 50 }, () => new TypeError("network")));
  const ask = offersFrom("/offers/", "t", { send, pause: now });
  await assert.rejects(ask({ upload_id: "a" }, "public"), { reason: "unreachable", retryable: true });
  assert.ok(calls.length < 10);
});
