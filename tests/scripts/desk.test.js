import assert from "node:assert/strict";
import { test } from "node:test";
import { Decisions, NotSaved } from "../../static/src/desk/decisions.js";

const BACK = { approve: "review", reject: "review", review: "approve" };

/** A card without a tile. */
function card(id) {
  return { id, value: `${id}:0`, verdict: null, note: null, refused: [], refuse(result) { this.refused.push(result.sentence); } };
}

/** Decisions with a fake gallery, whose answers wait until `answer` is called. */
function desk(answerTo = () => ({ outcome: "done" })) {
  const sent = [];
  const waiting = [];
  let clock = 0;
  const decisions = new Decisions({
    now: () => clock,
    pause: async (ms) => {
      clock += ms;
    },
    send: ({ decision, reason, cards }) => {
      const batch = { decision, reason, values: cards.map(({ value }) => value) };
      sent.push(batch);
      return new Promise((resolve, reject) => {
        waiting.push(() => {
          try {
            resolve(new Map(cards.map(({ id, value }) => {
              const [, moves] = value.split(":");
              const next = { value: `${id}:${Number(moves) + 1}`, undo: { decision: BACK[decision], reason: "" } };
              return [id, { id, ...next, ...answerTo(id, decision, sent.length) }];
            })));
          } catch (problem) {
            reject(problem);
          }
        });
      });
    },
  });
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  const answer = async () => {
    waiting.shift()?.();
    await turn();
  };
  const settle = async () => {
    for (await turn(); waiting.length; ) await answer();
  };
  return { decisions, sent, answer, settle, turn };
}

test("decisions: are shown at once and sent in order, together where they are the same", async () => {
  const { decisions, sent, settle } = desk();
  const cards = ["a", "b", "c", "d"].map(card);
  for (const one of cards) decisions.decide([one], one.id === "d" ? "reject" : "approve", one.id === "d" ? "No." : "");
  assert.deepEqual(cards.map(({ verdict }) => verdict.decision), ["approve", "approve", "approve", "reject"]);
  assert.equal(decisions.unsaved, 4);
  await settle();
  assert.equal(decisions.unsaved, 0);
  assert.deepEqual(sent.map(({ decision, reason, values }) => [decision, reason, values]), [
    ["approve", "", ["a:0"]],
    ["approve", "", ["b:0", "c:0"]],
    ["reject", "No.", ["d:0"]],
  ]);
});

test("decisions: at most one request at a time, each with at most 100 photos", async () => {
  const { decisions, sent, settle } = desk();
  decisions.decide(Array.from({ length: 250 }, (_, number) => card(`c${number}`)), "approve");
  await settle();
  assert.deepEqual(sent.map(({ values }) => values.length), [100, 100, 50]);
});

test("decisions: 25 levels are undone in reverse, each with the value of the answer", async () => {
  const { decisions, sent, settle } = desk();
  const cards = Array.from({ length: 25 }, (_, number) => card(`c${number}`));
  for (const one of cards) {
    decisions.decide([one], "approve");
    await settle();
  }
  const undone = [];
  for (let level = 0; level < 25; level += 1) undone.push(...decisions.undo());
  await settle();
  assert.deepEqual(undone.map(({ id }) => id), cards.map(({ id }) => id).reverse());
  const back = sent.slice(25);
  assert.deepEqual([...new Set(back.map(({ decision }) => decision))], ["review"]);
  assert.deepEqual(back.flatMap(({ values }) => values), cards.map(({ id }) => `${id}:1`).reverse());
  assert.equal(decisions.canUndo, false);
  assert.ok(cards.every(({ verdict }) => verdict === null));
});

test("decisions: an undo of what was not sent yet sends nothing", async () => {
  const { decisions, sent, settle, turn } = desk();
  const [first, second] = [card("a"), card("b")];
  decisions.decide([first], "approve");
  await turn();
  decisions.decide([second], "reject", "No.");
  decisions.undo();
  assert.equal(second.verdict, null);
  await settle();
  assert.deepEqual(sent.map(({ values }) => values), [["a:0"]]);
});

test("decisions: an undo during the request waits for its answer", async () => {
  const { decisions, sent, settle, turn } = desk();
  const one = card("a");
  decisions.decide([one], "approve");
  await turn();
  decisions.undo();
  await settle();
  assert.deepEqual(sent.map(({ decision, values }) => [decision, values[0]]), [["approve", "a:0"], ["review", "a:1"]]);
  assert.equal(one.verdict, null);
});

test("decisions: one photo decided twice is sent twice, in order", async () => {
  const { decisions, sent, settle } = desk();
  const one = card("a");
  decisions.decide([one], "approve");
  decisions.decide([one], "reject", "No.");
  await settle();
  assert.deepEqual(sent.map(({ decision, values }) => [decision, values[0]]), [["approve", "a:0"], ["reject", "a:1"]]);
});

test("decisions: a refused photo comes back, and nothing about it can be undone", async () => {
  const { decisions, settle } = desk((id) => (id === "b" ? { outcome: "conflict", sentence: "Dana was first." } : { outcome: "done" }));
  const cards = ["a", "b"].map(card);
  const saved = [];
  decisions.addEventListener("saved", ({ detail }) => saved.push(detail));
  decisions.decide(cards, "approve");
  await settle();
  assert.deepEqual(cards.map(({ verdict, refused }) => [verdict?.decision, refused]), [["approve", []], [undefined, ["Dana was first."]]]);
  assert.deepEqual(saved, [{ decision: "approve", count: 1 }]);
  assert.deepEqual(decisions.undo().map(({ id }) => id), ["a"]);
  assert.deepEqual(decisions.undo(), []);
});

test("decisions: after a lost connection the photo comes back with a retry", async () => {
  let isOffline = true;
  const { decisions, sent, settle } = desk(() => {
    if (isOffline) throw new NotSaved("The connection was lost.");
    return { outcome: "done" };
  });
  const one = card("a");
  decisions.decide([one], "reject", "No.");
  await settle();
  assert.deepEqual([one.verdict, one.note.sentence, decisions.canUndo], [null, "The connection was lost.", false]);
  isOffline = false;
  one.note.retry();
  await settle();
  assert.deepEqual(sent.at(-1), { decision: "reject", reason: "No.", values: ["a:0"] });
  assert.deepEqual([one.verdict.decision, one.note, decisions.canUndo], ["reject", null, true]);
});

test("decisions: an undo that was not saved can be repeated", async () => {
  let isOffline = false;
  const { decisions, settle } = desk(() => {
    if (isOffline) throw new NotSaved("The connection was lost.");
    return { outcome: "done" };
  });
  const one = card("a");
  decisions.decide([one], "approve");
  await settle();
  isOffline = true;
  decisions.undo();
  await settle();
  assert.deepEqual([one.verdict.decision, one.note.sentence, decisions.canUndo], ["approve", "The connection was lost.", true]);
  isOffline = false;
  decisions.undo();
  await settle();
  assert.equal(one.verdict, null);
});

test("decisions: too many requests are sent again later, and none is lost", async () => {
  const { decisions, sent, settle } = desk((id, decision, number) => {
    if (number === 1) throw new NotSaved("Too fast.", { retryAfterMs: 2000 });
    return { outcome: "done" };
  });
  const cards = ["a", "b"].map(card);
  decisions.decide([cards[0]], "approve");
  await settle();
  decisions.decide([cards[1]], "approve");
  await settle();
  assert.deepEqual(sent.map(({ values }) => values), [["a:0"], ["a:0"], ["b:0"]]);
  assert.equal(decisions.unsaved, 0);
});
