import assert from "node:assert/strict";
import { test } from "node:test";
import { UploadError } from "../../static/src/upload/error.js";
import { Uploads } from "../../static/src/upload/queue.js";

const file = (name, size = 10, type = "image/jpeg") => ({ name, size, type });
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Uploads with a fake gallery and store. */
function uploads({ put = async () => 200, requestOffer, photo = { state: "pending", state_sentence: "Waiting." } } = {}) {
  const expires_at = new Date(Date.now() + 900_000).toISOString();
  return new Uploads({
    requestOffer: requestOffer ?? (async ({ upload_id }) => ({ outcome: "offered", photo_id: upload_id, url: "/o", headers: {}, expires_at })),
    put,
    follow: (id, listener) => listener({ id, ...photo }),
    read: async () => "hash",
    measure: async () => ({ width: 3, height: 2 }),
    pause: async () => {},
    online: async () => {},
  });
}

test("uploads: each file becomes a photo or fails with a sentence", async () => {
  const all = uploads();
  all.add([file("a.jpg"), file("empty.jpg", 0), file("huge.jpg", 51 * 1024 ** 2)], "public");
  await settled();
  assert.deepEqual(all.all.map(({ state, sentence }) => [state, sentence]), [
    ["done", "Waiting."],
    ["failed", "This file is empty. Choose another file."],
    ["failed", "This file is larger than 50 MB. Save a smaller copy and upload it."],
  ]);
});

test("uploads: at most four files are sent at a time", async () => {
  let active = 0;
  let most = 0;
  const put = async () => {
    active += 1;
    most = Math.max(most, active);
    await settled();
    active -= 1;
    return 200;
  };
  const all = uploads({ put });
  all.add(Array.from({ length: 11 }, (_, number) => file(`${number}.jpg`)), "public");
  while (all.unfinished) await settled();
  assert.equal(most, 4);
});

test("uploads: retry repeats failed files but not refused ones", async () => {
  let isBroken = true;
  const requestOffer = async ({ upload_id, name }) => {
    if (name === "no.svg") return { outcome: "refused", reason: "svg_not_accepted", sentence: "No." };
    if (isBroken) throw new UploadError("Broken.", { retryable: true });
    return { outcome: "already_there", photo_id: upload_id };
  };
  const all = uploads({ requestOffer });
  all.add([file("a.jpg"), file("no.svg")], "public");
  await settled();
  assert.deepEqual([all.totals.failed, all.totals.retryable], [2, 1]);
  isBroken = false;
  all.retryFailed();
  await settled();
  assert.deepEqual(all.all.map(({ state }) => state), ["done", "failed"]);
});

test("uploads: a retry keeps the upload id", async () => {
  const ids = [];
  const requestOffer = async ({ upload_id }) => {
    ids.push(upload_id);
    throw new UploadError("Broken.", { retryable: true });
  };
  const all = uploads({ requestOffer });
  all.add([file("a.jpg")], "public");
  await settled();
  all.retryFailed();
  await settled();
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
});

test("uploads: an unreadable picture fails with the worker's sentence", async () => {
  const all = uploads({ photo: { state: "failed", state_sentence: "The end is missing.", page_url: "/photos/x/" } });
  all.add([file("cut.jpg")], "public");
  await settled();
  const [{ state, sentence, retryable, pageUrl }] = all.all;
  assert.deepEqual([state, sentence, retryable, pageUrl], ["failed", "The end is missing.", false, "/photos/x/"]);
});

test("uploads: files that were there before are counted apart", async () => {
  const requestOffer = async ({ upload_id }) => ({ outcome: "already_there", photo_id: upload_id });
  const all = uploads({ requestOffer });
  all.add([file("a.jpg"), file("b.jpg")], "public");
  await settled();
  assert.deepEqual([all.totals.arrived, all.totals.known], [2, 2]);
  assert.deepEqual(new Set(all.all.map(({ sentence }) => sentence)), new Set(["You already have this photo."]));
});

test("uploads: totals leave out refused files", async () => {
  const all = uploads();
  all.add([file("a.jpg", 10), file("b.jpg", 30), file("empty.jpg", 0)], "public");
  await settled();
  const { files, arrived, failed, bytes, sentBytes } = all.totals;
  assert.deepEqual({ files, arrived, failed, bytes, sentBytes }, { files: 3, arrived: 2, failed: 1, bytes: 40, sentBytes: 40 });
});

test("uploads: an offer is asked for with the shape of the picture", async () => {
  const asked = [];
  const requestOffer = async (upload) => {
    asked.push(upload);
    return { outcome: "already_there", photo_id: upload.upload_id };
  };
  uploads({ requestOffer }).add([file("a.jpg")], "public");
  await settled();
  assert.deepEqual([asked[0].width, asked[0].height], [3, 2]);
});

test("uploads: a file that is there is said to be, before a byte is sent", async () => {
  const said = [];
  const all = uploads({
    put: assert.fail,
    requestOffer: async ({ upload_id }) => ({ outcome: "already_there", photo_id: upload_id }),
  });
  all.follow = () => {};
  all.addEventListener("change", ({ detail }) => said.push(detail.sentence));
  all.add([file("a.jpg")], "public");
  await settled();
  assert.equal(said.at(-1), "You already have this photo.");
});

const folder = (...path) => ({ name: path.at(-1), path });
const NORWAY = folder("Norway");

test("uploads: folders of one name are albums of their own, and so is one that is dropped again", async () => {
  const all = uploads({});
  const folders = [NORWAY, folder("Norway"), folder("2019", "Raw"), folder("2020", "Raw"), folder("x".repeat(200))];
  all.add(folders.map((_, at) => file(`${at}.jpg`)), "public");
  all.all.forEach((item, at) => Object.assign(item, { folder: folders[at] }));
  await settled();
  const titles = ["Norway", "Norway", "2019 / Raw", "2020 / Raw", "x".repeat(120)];
  assert.deepEqual(all.folders.map(({ title }) => title), titles);
  assert.deepEqual(all.folders.map(({ ids }) => ids.length), [1, 1, 1, 1, 1]);
});

test("uploads: a folder is offered as an album once all its files have arrived", async () => {
  let release;
  const all = uploads({ put: ({ url }, { name }) => (name === "b.jpg" ? new Promise((resolve) => (release = resolve)) : 200) });
  all.add([file("a.jpg"), file("b.jpg"), file("empty.jpg", 0), file("alone.jpg")], "public");
  for (const item of all.all.slice(0, 3)) item.folder = NORWAY;
  await settled();
  assert.deepEqual([all.folders, all.missing], [[], ["b.jpg"]]);
  release(200);
  await settled();
  const [a, b] = all.all;
  assert.deepEqual(all.folders, [{ folder: NORWAY, title: "Norway", ids: [a.photoId, b.photoId] }]);
  assert.deepEqual(all.missing, []);
});

test("uploads: a folder's album waits for what can be tried again", async () => {
  const all = uploads({});
  all.add([file("a.jpg"), file("b.jpg")], "public");
  for (const item of all.all) item.folder = NORWAY;
  await settled();
  const [a, b] = all.all;
  Object.assign(b, { state: "failed", retryable: true });
  assert.deepEqual(all.folders, []);
  Object.assign(b, { state: "done", retryable: false });
  assert.deepEqual(all.folders, [{ folder: NORWAY, title: "Norway", ids: [a.photoId, b.photoId] }]);
});
