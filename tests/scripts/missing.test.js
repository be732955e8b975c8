// A closed tab says what it did not upload, to its own person only.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Missing, forgetMissing } from "../../static/src/upload/missing.js";

/** A store whose keys are its own properties, as those of localStorage are. */
const newStore = () =>
  Object.create({
    setItem(key, text) {
      this[key] = text;
    },
    getItem(key) {
      return this[key];
    },
    removeItem(key) {
      delete this[key];
    },
  });

function browser() {
  const held = new Map();
  const locks = {
    request: (name) => void held.set(name, { name }),
    query: async () => ({ held: [...held.values()] }),
  };
  const store = newStore();
  const tab = (id, person = "1") => new Missing({ person, store, locks, id });
  return { store, tab, close: (id) => held.delete(`contactsheet.unfinished.${id}`) };
}

test("names stay when their tab is closed, until they are forgotten", async () => {
  const { tab, close } = browser();
  tab("a").keep(["1.jpg", "2.jpg"]);
  const later = tab("b");
  assert.deepEqual((await later.ofClosedTabs()).names, [], "the other tab still uploads");
  close("a");
  const { names, forget } = await later.ofClosedTabs();
  assert.deepEqual(names, ["1.jpg", "2.jpg"]);
  assert.deepEqual((await later.ofClosedTabs()).names, names, "a reload forgets nothing");
  forget();
  assert.deepEqual((await later.ofClosedTabs()).names, []);
});

test("what has arrived is not missing", async () => {
  const { tab, close, store } = browser();
  const first = tab("a");
  first.keep(["1.jpg", "2.jpg"]);
  first.keep(["2.jpg"]);
  first.keep([]);
  close("a");
  assert.deepEqual((await tab("b").ofClosedTabs()).names, []);
  assert.deepEqual(Object.keys(store), []);
});

test("another person learns nothing, and a sign-out deletes all", async () => {
  const { tab, close, store } = browser();
  tab("a", "1").keep(["private.jpg"]);
  close("a");
  const { names, forget } = await tab("b", "2").ofClosedTabs();
  assert.deepEqual(names, []);
  forget();
  assert.deepEqual((await tab("c", "1").ofClosedTabs()).names, ["private.jpg"], "and forgets nothing of theirs");
  store.setItem("contactsheet.visibility", "private");
  forgetMissing(store);
  assert.deepEqual(Object.keys(store), ["contactsheet.visibility"]);
});

test("a store that is full stops no upload", () => {
  const { tab, store } = browser();
  store.__proto__.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  tab("a").keep(["1.jpg"]);
});

test("names are kept once for all that changes in one turn", async () => {
  const { store, tab } = browser();
  let written = 0;
  const { setItem } = store;
  Object.getPrototypeOf(store).setItem = function counted(...all) {
    written += 1;
    setItem.apply(this, all);
  };
  const names = [];
  const kept = tab("a");
  for (let number = 0; number < 1000; number += 1) {
    names.push(`${number}.jpg`);
    kept.keepSoon(() => names);
  }
  await Promise.resolve();
  assert.equal(written, 1);
  assert.equal(JSON.parse(store["contactsheet.unfinished.a"]).names.length, 1000);
  kept.keepSoon(() => []);
  await Promise.resolve();
  assert.equal(store["contactsheet.unfinished.a"], undefined);
});
