// The slideshow waits for the next photo, keeps its seconds between 2 and 30, and ends with the list.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Slideshow, secondsOf } from "../../static/src/lightbox/slideshow.js";

function store(value = null) {
  return {
    getItem: () => value,
    setItem: (_, text) => {
      value = text;
    },
  };
}

test("seconds are whole numbers from 2 to 30", () => {
  assert.deepEqual(["1", "2", "7.4", "31", "", "x", null].map(secondsOf), [2, 2, 7, 30, 5, 5, 5]);
});

test("it goes on once the next photo is loaded, and ends at the last", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const changes = [];
  let shown = 0;
  let isLoaded = false;
  const show = new Slideshow({
    isReady: () => isLoaded,
    next: () => {
      shown += 1;
      return shown < 2;
    },
    onChange: (isRunning) => changes.push(isRunning),
    store: store("3"),
  });
  show.start();
  mock.timers.tick(3000);
  assert.equal(shown, 0);
  isLoaded = true;
  mock.timers.tick(200);
  assert.equal(shown, 1);
  mock.timers.tick(2999);
  assert.equal(shown, 1);
  mock.timers.tick(1);
  assert.deepEqual([shown, changes, show.isRunning], [2, [true, false], false]);
});

test("paused, it shows no more", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let shown = 0;
  const show = new Slideshow({ isReady: () => true, next: () => (shown += 1), onChange() {}, store: store() });
  show.toggle();
  mock.timers.tick(5000);
  show.toggle();
  mock.timers.tick(60_000);
  assert.equal(shown, 1);
});

test("other seconds count from now on, and are remembered", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let shown = 0;
  const kept = store("30");
  const show = new Slideshow({ isReady: () => true, next: () => (shown += 1), onChange() {}, store: kept });
  show.start();
  show.seconds = "1";
  mock.timers.tick(2000);
  assert.deepEqual([shown, kept.getItem()], [1, "2"]);
});
