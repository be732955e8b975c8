// Edits are saved one after the other, never lost, and taken back as they were.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { querySelector: () => ({ content: "token" }), addEventListener() {} };
const { Autosave } = await import("../../static/src/autosave.js");
const { lastTag, withTag } = await import("../../static/src/tags-input.js");

function edited({ send, saved, value = "old" }) {
  const form = { value };
  const states = [];
  const autosave = new Autosave({
    read: () => form.value,
    write: (text) => (form.value = text),
    send,
    saved,
    show: (state, facts = {}) => states.push(facts.message ? `${state}: ${facts.message}` : state),
  });
  return { autosave, form, states };
}

test("nothing is sent for what is saved already", async () => {
  const { autosave, states } = edited({ send: assert.fail });
  await autosave.save();
  assert.deepEqual(states, []);
});

test("a pause in typing saves, once", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [];
  const { autosave, form } = edited({ send: async (text) => sent.push(text) });
  form.value = "n";
  autosave.changed();
  mock.timers.tick(1000);
  form.value = "new";
  autosave.changed();
  mock.timers.tick(1000);
  assert.deepEqual(sent, []);
  mock.timers.tick(200);
  assert.deepEqual(sent, ["new"]);
});

test("what is typed while saving is saved after it", async () => {
  const sent = [];
  let release;
  const { autosave, form, states } = edited({
    send: (text) => {
      sent.push(text);
      return sent.length === 1 ? new Promise((resolve) => (release = resolve)) : Promise.resolve({});
    },
  });
  form.value = "one";
  const first = autosave.save();
  form.value = "two";
  await autosave.save();
  assert.deepEqual(sent, ["one"]);
  release({});
  await first;
  assert.deepEqual(sent, ["one", "two"]);
  assert.deepEqual(states, ["saving", "saved", "saving", "saved"]);
  assert.equal(autosave.isDirty, false);
});

test("a refusal says why, keeps what was typed, and can be tried again", async () => {
  let isRefused = true;
  const { autosave, form, states } = edited({
    send: async () => {
      if (isRefused) throw new Error("Too long.");
      return {};
    },
  });
  form.value = "new";
  await autosave.save();
  assert.deepEqual([form.value, autosave.isDirty, states.at(-1)], ["new", true, "failed: Too long."]);
  isRefused = false;
  await autosave.save();
  assert.deepEqual([autosave.isDirty, states.at(-1)], [false, "saved"]);
});

test("undo saves what was there before, once", async () => {
  const sent = [];
  const { autosave, form, states } = edited({ send: async (text) => sent.push(text) });
  form.value = "new";
  await autosave.save();
  await autosave.undo();
  await autosave.undo();
  assert.deepEqual([form.value, sent, states.at(-1)], ["old", ["new", "old"], "undone"]);
});

test("a tag is offered for the last part, and takes its place", () => {
  assert.deepEqual(lastTag("sea, blue ho"), { before: "sea,", part: "blue ho" });
  assert.deepEqual(lastTag("se"), { before: "", part: "se" });
  assert.equal(withTag("sea, blue ho", "blue hour"), "sea, blue hour, ");
  assert.equal(withTag("se", "sea"), "sea, ");
  assert.deepEqual(lastTag("港、夕"), { before: "港、", part: "夕" });
});

test("what was edited before the script came is saved, too, and can be taken back", async () => {
  const sent = [];
  const { autosave, form } = edited({ saved: "old", value: "early", send: async (text) => sent.push(text) });
  assert.equal(autosave.isDirty, true);
  await autosave.save();
  await autosave.undo();
  assert.deepEqual([sent, form.value], [["early", "old"], "old"]);
});

test("undo waits until nothing is being saved", async () => {
  const sent = [];
  let release;
  const { autosave, form } = edited({
    send: (text) => {
      sent.push(text);
      return sent.length === 2 ? new Promise((resolve) => (release = resolve)) : Promise.resolve({});
    },
  });
  form.value = "one";
  await autosave.save();
  form.value = "two";
  const saving = autosave.save();
  await autosave.undo();
  assert.equal(form.value, "two", "what is being saved stays in the form");
  release({});
  await saving;
  assert.deepEqual(sent, ["one", "two"]);
  await autosave.undo();
  assert.deepEqual(sent, ["one", "two", "one"]);
});
