// An action on many photos is followed to its end, and no refusal is asked for again and again.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

globalThis.document = { querySelector: () => ({ content: "token" }) };
const { finished, NotDone } = await import("../../static/src/batch.js");

const BEGUN = { finished: false, processed: 1, total: 3, advance_url: "/advance/" };
const json = (body, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
let answers = [];
let asked = 0;

beforeEach(() => {
  asked = 0;
  globalThis.fetch = async () => {
    asked += 1;
    return answers.shift()();
  };
});

test("it is followed until it is finished", async () => {
  answers = [() => json({ ...BEGUN, processed: 2 }), () => json({ ...BEGUN, processed: 3, finished: true })];
  const shown = [];
  const batch = await finished(BEGUN, ({ processed }) => shown.push(processed));
  assert.equal(batch.processed, 3);
  assert.deepEqual(shown, [1, 2]);
});

test("one that is finished is not asked for", async () => {
  await finished({ ...BEGUN, finished: true }, assert.fail);
  assert.equal(asked, 0);
});

for (const [name, answer] of [
  ["an expired page", () => json({ reason: "csrf", sentence: "Reload." }, 403)],
  ["a batch that is gone", () => json({ reason: "not_found", sentence: "Gone." }, 404)],
  ["a page instead of JSON", () => new Response("<h1>", { status: 404, headers: { "Content-Type": "text/html" } })],
  ["signed out", () => Object.defineProperty(new Response("<h1>"), "redirected", { value: true })],
]) {
  test(`${name} ends it after one request`, async () => {
    answers = [answer];
    await assert.rejects(finished(BEGUN, () => {}), NotDone);
    assert.equal(asked, 1);
  });
}

for (const [name, answer] of [
  ["too many requests", () => json({ reason: "too_fast", sentence: "Wait." }, 429)],
  ["a gallery that does not respond", () => new Response("", { status: 504 })],
  ["a lost connection", () => Promise.reject(new TypeError("offline"))],
]) {
  test(`after ${name} it waits before it asks again`, async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    answers = [answer, () => json({ ...BEGUN, finished: true })];
    const following = finished(BEGUN, () => {});
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    assert.equal(asked, 1);
    mock.timers.tick(2000);
    await following;
    assert.equal(asked, 2);
    mock.timers.reset();
  });
}
