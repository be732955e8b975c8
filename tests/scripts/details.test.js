// What the gallery tells of a photo is asked for once, and again before the original's address expires.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { querySelector: () => ({ content: "token" }) };
const { detailsOf } = await import("../../static/src/lightbox/details.js");
const link = { href: "https://gallery.test/photos/1/" };
const headers = { "Content-Type": "application/json" };

test("an answer is kept for four minutes", async ({ mock }) => {
  mock.timers.enable({ apis: ["Date"] });
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(String(url));
    return new Response(JSON.stringify({ original_url: `signed-${asked.length}` }), { headers });
  };
  assert.equal((await detailsOf(link)).original_url, "signed-1");
  mock.timers.tick(239_999);
  assert.equal((await detailsOf(link)).original_url, "signed-1");
  mock.timers.tick(1);
  assert.equal((await detailsOf(link)).original_url, "signed-2");
  assert.deepEqual(asked, Array(2).fill("https://gallery.test/photos/1/info/"));
});

test("a refusal is not kept", async () => {
  const other = { href: "https://gallery.test/photos/2/" };
  globalThis.fetch = async () => new Response(JSON.stringify({ sentence: "Not now." }), { status: 503, headers });
  await assert.rejects(detailsOf(other), { message: "Not now." });
  globalThis.fetch = async () => new Response("{}", { headers });
  assert.deepEqual(await detailsOf(other), {});
});
