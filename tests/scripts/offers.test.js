import assert from "node:assert/strict";
import { test } from "node:test";
import { offersFrom } from "../../static/src/upload/offers.js";

const now = async () => {};
const answer = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers });

/** A gallery that offers everything after the given failures. */
function gallery(...failures) {
  const calls = [];
  const send = async (url, { body, headers }) => {
    const { visibility, uploads } = JSON.parse(body);
    calls.push({ visibility, count: uploads.length, token: headers["X-CSRFToken"] });
    const failure = failures.shift();
    if (failure instanceof Error) throw failure;
    if (failure) return failure;
    return answer(200, { results: uploads.map(({ upload_id }) => ({ upload_id, outcome: "offered" })) });
  };
  return { calls, send };
}

const uploads = (count) => Array.from({ length: count }, (_, number) => ({ upload_id: `u${number}` }));

test("offers: concurrent requests are batched, at most fifty in a list", async () => {
  const { calls, send } = gallery();
  const requestOffer = offersFrom("/offers/", "token", { send, pause: now });
  const results = await Promise.all(uploads(120).map((upload) => requestOffer(upload, "public")));
  assert.deepEqual(calls.map(({ count }) => count), [50, 50, 20]);
  assert.deepEqual(results.map(({ upload_id }) => upload_id), uploads(120).map(({ upload_id }) => upload_id));
  assert.equal(calls[0].token, "token");
});

test("offers: a list has one visibility", async () => {
  const { calls, send } = gallery();
  const requestOffer = offersFrom("/offers/", "t", { send, pause: now });
  await Promise.all([requestOffer({ upload_id: "a" }, "public"), requestOffer({ upload_id: "b" }, "private")]);
  assert.deepEqual(calls.map(({ visibility }) => visibility), ["public", "private"]);
});

test("offers: a lost answer is requested again", async () => {
  const { calls, send } = gallery(new TypeError("network"), answer(502, {}));
  const requestOffer = offersFrom("/offers/", "t", { send, pause: now });
  assert.equal((await requestOffer({ upload_id: "a" }, "public")).outcome, "offered");
  assert.equal(calls.length, 3);
});

test("offers: Retry-After is respected", async () => {
  const waits = [];
  const { send } = gallery(answer(429, {}, { "Retry-After": "7" }));
  const requestOffer = offersFrom("/offers/", "t", { send, pause: async (milliseconds) => waits.push(milliseconds) });
  await requestOffer({ upload_id: "a" }, "public");
  assert.equal(Math.max(...waits), 7_000);
});

test("offers: a refused list rejects each upload with the gallery's sentence", async () => {
  const { calls, send } = gallery(answer(401, { reason: "signed_out", sentence: "You are signed out." }));
  const requestOffer = offersFrom("/offers/", "t", { send, pause: now });
  const ends = await Promise.allSettled(uploads(2).map((upload) => requestOffer(upload, "public")));
  assert.deepEqual(ends.map(({ reason }) => reason.message), ["You are signed out.", "You are signed out."]);
  assert.equal(calls.length, 1);
});

test("offers: an unreachable gallery fails after a few attempts", async () => {
  const { calls, send } = gallery(...Array.from({ length: 50 }, () => new TypeError("network")));
  const requestOffer = offersFrom("/offers/", "t", { send, pause: now });
  await assert.rejects(requestOffer({ upload_id: "a" }, "public"), { reason: "unreachable", retryable: true });
  assert.ok(calls.length < 10);
});

test("offers: what is tried offline is not counted, and goes on with the connection", async () => {
  const { calls, send } = gallery(...Array.from({ length: 13 }, () => new TypeError("network")));
  let waited = 0;
  const online = async () => (waited += 1) <= 8;
  const requestOffer = offersFrom("/offers/", "t", { send, pause: now, online });
  await assert.rejects(requestOffer({ upload_id: "a" }, "public"), { reason: "unreachable" });
  assert.equal(calls.length, 8 + 5);
});

test("offers: nothing is sent before there is a connection", async () => {
  const { calls, send } = gallery(new TypeError("network"));
  let connect;
  const online = () => new Promise((resolve) => (connect = () => resolve(true)));
  const offer = offersFrom("/offers/", "t", { send, pause: now, online })({ upload_id: "a" }, "public");
  while (!connect) await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.equal(calls.length, 1);
  connect();
  assert.equal((await offer).outcome, "offered");
});
