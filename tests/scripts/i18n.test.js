import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { gettext, interpolate, locale, ngettext } from "../../static/src/i18n.js";

afterEach(() => {
  delete globalThis.django;
});

test("gettext: returns the English source without a catalog", () => {
  assert.equal(gettext("Waiting"), "Waiting");
  assert.deepEqual([0, 1, 2].map((count) => ngettext("one", "many", count)), ["many", "one", "many"]);
});

test("gettext: uses Django's catalog where it is loaded", () => {
  globalThis.django = { gettext: (text) => `[${text}]`, ngettext: (one, many, count) => `[${count > 1 ? many : one}]` };
  assert.equal(gettext("Waiting"), "[Waiting]");
  assert.equal(ngettext("one", "many", 2), "[many]");
});

test("interpolate: replaces named placeholders", () => {
  assert.equal(interpolate("%(sent)s of %(size)s, 100 %", { sent: 1, size: "2 MB" }), "1 of 2 MB, 100 %");
});

test("locale: is the reader's where they read the page's language, else the page's", () => {
  assert.deepEqual(
    [["en", "en-GB"], ["en", "ja-JP"], ["ja", "ja"], ["ja", "en-US"]].map((pair) => locale(...pair)),
    ["en-GB", "en", "ja", "ja"],
  );
});
