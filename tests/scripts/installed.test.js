// Files that another app shared are offered for ten minutes, and kept no longer.
import assert from "node:assert/strict";
import { test } from "node:test";

const HOUR = 3_600_000;
const caches = new Map();
globalThis.caches = {
  has: async (name) => caches.has(name),
  open: async (name) => {
    if (!caches.has(name)) caches.set(name, new Map());
    const kept = caches.get(name);
    return {
      keys: async () => [...kept.keys()].map((url) => ({ url })),
      match: async ({ url }) => kept.get(url)?.clone(),
      delete: async ({ url }) => kept.delete(url),
    };
  },
  delete: async (name) => caches.delete(name),
};
globalThis.window = { caches: globalThis.caches };
globalThis.document = { documentElement: { lang: "en" } };
Object.defineProperty(globalThis, "navigator", { value: { language: "en-US" }, configurable: true });
const { TAKEN_WITHIN_MS, forgetShared, sharedFiles } = await import("../../static/src/installed.js");
const { shortened } = await import("../../static/src/upload/names.js");

function share(at) {
  const headers = { "Content-Type": "image/jpeg", "X-Name": encodeURIComponent(`${at}.jpg`) };
  const file = [`https://gallery.test/shared/${at}-0`, new Response("x", { headers })];
  caches.set("contactsheet-shared", new Map([...(caches.get("contactsheet-shared") ?? []), file]));
}

test("files wait for an answer, and are deleted unread after ten minutes", async () => {
  assert.equal(TAKEN_WITHIN_MS, 600_000);
  share(HOUR);
  share(HOUR + 1);
  const names = async (now) => (await sharedFiles(now)).map(({ name }) => name);
  assert.deepEqual(await names(HOUR + 5), [`${HOUR}.jpg`, `${HOUR + 1}.jpg`]);
  assert.deepEqual(await names(HOUR + TAKEN_WITHIN_MS), [`${HOUR + 1}.jpg`]);
  assert.equal(caches.get("contactsheet-shared").size, 1);
  assert.deepEqual(await names(HOUR + TAKEN_WITHIN_MS + 1), []);
  assert.equal(caches.get("contactsheet-shared").size, 0);
});

test("no cache is created for what no one shared", async () => {
  await forgetShared();
  assert.deepEqual(await sharedFiles(HOUR), []);
  assert.equal(caches.size, 0);
});

test("some of many names are said", () => {
  assert.deepEqual(shortened(["a", "b", "c"], 3), ["a", "b", "c"]);
  assert.deepEqual(shortened(["a", "b", "c"], 1), ["a", "2 more"]);
});
