// A zip's files: names that are there once, originals that go on where they broke, and what failed.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { querySelector: () => ({ content: "token" }), addEventListener() {} };
globalThis.location = { href: "https://photos.example.org/me/download/" };
const { deliver, MOST_IN_MEMORY, TooLargeToHold } = await import("../../static/src/zip/delivery.js");
const { Contents } = await import("../../static/src/zip/contents.js");
const { Listing } = await import("../../static/src/zip/listing.js");
const { Names } = await import("../../static/src/zip/names.js");
const { xmpOf } = await import("../../static/src/zip/sidecar.js");
const { NotDone } = await import("../../static/src/batch.js");
const { Broken, Missing, Source } = await import("../../static/src/zip/source.js");
const { zipName, sizeOf } = await import("../../static/src/zip/download.js");

test("a name is taken once in each folder, whatever its case", () => {
  const names = new Names();
  const paths = [
    ["", "a.jpg"],
    ["", "A.JPG"],
    ["Sea", "a.jpg"],
    ["", "\u00e9.jpg"],
    ["", "e\u0301.jpg"],
  ].map(([folder, name], at) => names.pathOf({ folder, names: [name, `${at}.jpg`] }));
  assert.deepEqual(paths, ["a.jpg", "1.jpg", "Sea/a.jpg", "\u00e9.jpg", "4.jpg"]);
});

const bytesOf = (text) => new TextEncoder().encode(text);

/** A stream that breaks after these chunks, if it breaks. */
function body(chunks, breaks) {
  return new ReadableStream({
    pull(controller) {
      if (chunks.length) controller.enqueue(bytesOf(chunks.shift()));
      else if (breaks) controller.error(new TypeError("network"));
      else controller.close();
    },
  });
}

function sourceOf(answers, facts = {}) {
  const asked = [];
  const source = new Source({
    sizeBytes: 10,
    addressOf: async ({ isOld }) => (isOld ? "new" : "first"),
    wait: async () => {},
    get: async (url, { headers }) => {
      asked.push([url, headers.Range ?? ""]);
      const answer = answers.shift();
      if (!answer) throw new TypeError("network");
      return new Response(answer.chunks ? body(answer.chunks, answer.breaks) : null, { status: answer.status ?? 200 });
    },
    ...facts,
  });
  return { source, asked };
}

async function textOf(source) {
  await source.open();
  let text = "";
  for await (const bytes of source) text += new TextDecoder().decode(bytes);
  return text;
}

test("an original that breaks goes on where it broke", async () => {
  const { source, asked } = sourceOf([
    { chunks: ["0123"], breaks: true },
    { chunks: ["456"], status: 206, breaks: true },
    { chunks: ["789"], status: 206 },
  ]);
  assert.equal(await textOf(source), "0123456789");
  assert.deepEqual(asked, [["first", ""], ["first", "bytes=4-"], ["first", "bytes=7-"]]);
});

test("one that ends early goes on, too", async () => {
  const { source } = sourceOf([{ chunks: ["01234"] }, { chunks: ["56789"], status: 206 }]);
  assert.equal(await textOf(source), "0123456789");
});

test("a whole answer to a question for the rest is not taken for the rest", async () => {
  const { source } = sourceOf([{ chunks: ["01234"], breaks: true }, { chunks: ["0123456789"] }, { chunks: ["56789"], status: 206 }]);
  assert.equal(await textOf(source), "0123456789");
});

test("an old address is renewed", async () => {
  const { source, asked } = sourceOf([{ status: 403 }, { chunks: ["0123456789"] }]);
  assert.equal(await textOf(source), "0123456789");
  assert.deepEqual(asked.map(([url]) => url), ["first", "new"]);
});

test("one that is not there is missing at once; one that never answers, after seven tries", async () => {
  await assert.rejects(sourceOf([{ status: 404 }]).source.open(), Missing);
  await assert.rejects(sourceOf([{ status: 403 }, { status: 403 }]).source.open(), Missing);
  const { source, asked } = sourceOf([]);
  await assert.rejects(source.open(), Missing);
  assert.equal(asked.length, 7);
});

test("one that broke and does not come back ends the zip", async () => {
  await assert.rejects(textOf(sourceOf([{ chunks: ["0"], breaks: true }]).source), Broken);
  await assert.rejects(textOf(sourceOf([{ chunks: ["0"], breaks: true }, { status: 404 }]).source), Broken);
});

test("one that breaks before its first byte again and again ends the zip, in our words", async () => {
  const silent = Array.from({ length: 8 }, () => ({ chunks: [], breaks: true }));
  await assert.rejects(textOf(sourceOf(silent).source), Broken);
});

test("what the gallery refuses ends the zip at once, in its words", async () => {
  let waits = 0;
  const addressOf = async ({ isOld }) => {
    if (isOld) throw new NotDone("No longer shared.");
    return "first";
  };
  const facts = { addressOf, wait: async () => (waits += 1) };
  await assert.rejects(sourceOf([{ status: 403 }], facts).source.open(), /No longer shared/);
  const answers = [{ chunks: ["0"], breaks: true }, { status: 403 }];
  await assert.rejects(textOf(sourceOf(answers, facts).source), /No longer shared/);
  assert.equal(waits, 3);
});

test("a stopped download asks no more", async () => {
  const stop = new AbortController();
  const { source, asked } = sourceOf([], { signal: stop.signal });
  stop.abort();
  await assert.rejects(source.open(), { name: "AbortError" });
  assert.equal(asked.length, 1);
});

const ABOUT = { caption: "", tags: [], albums: [], favorite: false, takenAtLocal: null, takenAtOffset: null };
const item = (name, more = {}) => ({
  id: name,
  names: [name],
  folder: "",
  sizeBytes: 1,
  modifiedAt: "2026-05-01T06:30:00",
  address: "https://s3/a",
  sentence: null,
  about: ABOUT,
  ...more,
});

async function packed(items, facts = {}) {
  const listing = Object.assign(
    (async function* () {
      yield* items;
    })(),
    { addressOf: async ({ address }) => address },
  );
  const open = ({ addressOf }) => ({
    async open() {
      const address = await addressOf({});
      if (address.startsWith("gone")) throw new Missing("404", address.slice(6));
    },
    async *[Symbol.asyncIterator]() {
      yield bytesOf("x");
    },
    async close() {},
  });
  const contents = new Contents({ listing, open, ...facts });
  const files = {};
  for await (const { name, input } of contents) {
    files[name] = input instanceof Blob || typeof input === "string" ? await new Response(input).text() : await textIn(input);
  }
  return { files, contents };
}

async function textIn(input) {
  let text = "";
  for await (const bytes of input) text += new TextDecoder().decode(bytes);
  return text;
}

test("what could not be downloaded is listed inside, and nothing else is", async () => {
  const { files, contents } = await packed([
    item("a.jpg"),
    item("b.jpg", { address: "gone" }),
    item("c.jpg", { address: null, sentence: "Being processed." }),
    item("d.jpg", { address: "gone: Taken down." }),
  ]);
  assert.deepEqual(Object.keys(files), ["a.jpg", "not-downloaded.txt"]);
  assert.match(files["not-downloaded.txt"], /b\.jpg: We couldn't download[^]*c\.jpg: Being processed\.[^]*d\.jpg: Taken down\./);
  assert.deepEqual([contents.files, contents.bytes, contents.failed.length], [1, 1, 3]);
  assert.deepEqual(Object.keys((await packed([item("a.jpg")])).files), ["a.jpg"]);
});

test("contactsheet.json says of each photo where its file is", async () => {
  const about = { format: "contactsheet", version: 1, albums: [{ id: "s", title: "Sea" }] };
  const { files } = await packed([item("a.jpg", { folder: "Sea" }), item("b.jpg", { address: null })], { about });
  const found = JSON.parse(files["contactsheet.json"]);
  assert.deepEqual(found.albums, about.albums);
  assert.deepEqual(found.photos.map(({ id, file }) => [id, file]), [["a.jpg", "Sea/a.jpg"], ["b.jpg", null]]);
  const none = JSON.parse((await packed([], { about })).files["contactsheet.json"]);
  assert.deepEqual(none.photos, []);
});

test("a sidecar has caption, tags, albums, date and mark, and no markup of theirs", async () => {
  const said = {
    ...ABOUT,
    caption: 'Tom & "Ann" <3 \u0000\ud800',
    tags: ["sea", "a<b"],
    albums: [{ id: "s" }, { id: "unknown" }],
    favorite: true,
    takenAtLocal: "2026-05-01T06:30:00",
    takenAtOffset: "+02:00",
  };
  const xmp = xmpOf(said, new Map([["s", "Sea & sky"]]));
  assert.match(xmp, />Tom &amp; &quot;Ann&quot; &lt;3 <\/rdf:li>/);
  assert.match(xmp, /<rdf:li>a&lt;b<\/rdf:li>/);
  assert.match(xmp, /Albums\|Sea &amp; sky/);
  assert.match(xmp, /DateTimeOriginal>2026-05-01T06:30:00\+02:00</);
  assert.match(xmp, /<xmp:Rating>5</);
  assert.doesNotMatch(xmpOf(ABOUT, new Map()), /Rating|subject>|Date|description>/);
  const { files } = await packed([item("a.jpg")], { withSidecars: true });
  assert.deepEqual(Object.keys(files), ["a.jpg", "a.jpg.xmp"]);
  const both = await packed([item("a.jpg.xmp"), item("a.jpg")], { withSidecars: true });
  assert.equal(Object.keys(both.files).length, 4);
});

function answering(pages) {
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(url.searchParams.toString());
    const page = pages.shift();
    return new Response(JSON.stringify(page), { status: page.status ?? 200, headers: { "Content-Type": "application/json" } });
  };
  return asked;
}

async function allOf(iterable) {
  const found = [];
  for await (const each of iterable) found.push(each);
  return found;
}

test("a page is asked for when the one before is used up", async () => {
  const asked = answering([
    { items: [item("a")], next_cursor: "2", seconds: 300 },
    { items: [item("b")], next_cursor: "", seconds: 300 },
  ]);
  const steps = new Listing({ url: "/items/", query: "album=s" })[Symbol.asyncIterator]();
  assert.equal((await steps.next()).value.id, "a");
  assert.deepEqual(asked, ["album=s"]);
  assert.equal((await steps.next()).value.id, "b");
  assert.ok((await steps.next()).done);
  assert.deepEqual(asked, ["album=s", "album=s&cursor=2"]);
});

test("chosen photos come in their order, fifty at once, and those that are gone say so", async () => {
  const ids = Array.from({ length: 51 }, (_, at) => `p${at}`);
  const asked = answering([
    { items: [item("p1"), item("p0")], next_cursor: "", seconds: 300 },
    { items: [item("p50")], next_cursor: "", seconds: 300 },
  ]);
  const found = await allOf(new Listing({ url: "/items/", ids }));
  assert.deepEqual(found.map(({ id }) => id), ids);
  assert.equal(found.filter(({ address }) => address).length, 3);
  assert.deepEqual(asked, [`photos=${ids.slice(0, 50).join("%2C")}`, "photos=p50"]);
});

test("an address is renewed before it is too old, and only then", async () => {
  let now = 0;
  const fresh = { items: [item("a", { address: "fresh" })], next_cursor: "", seconds: 300 };
  const refused = { ...fresh, items: [item("a", { address: null, sentence: "Taken down." })] };
  const asked = answering([{ items: [item("a")], next_cursor: "", seconds: 300 }, fresh, { ...fresh, items: [] }, refused]);
  const listing = new Listing({ url: "/items/", now: () => now });
  const [found] = await allOf(listing);
  now = 239_000;
  assert.equal(await listing.addressOf(found), "https://s3/a");
  now = 241_000;
  assert.equal(await listing.addressOf(found), "fresh");
  assert.deepEqual(asked, ["", "photos=a"]);
  for (const sentence of ["This photo is gone.", "Taken down."]) {
    await assert.rejects(listing.addressOf(found, { isOld: true }), (problem) => problem instanceof Missing && problem.sentence === sentence);
  }
});

test("copies that are being made are waited for, in their order", async () => {
  const later = (id) => item(id, { address: null, isPreparing: true });
  const asked = answering([
    { items: [later("a"), item("b"), later("c"), later("d")], next_cursor: "", seconds: 300 },
    { items: [later("a"), item("d")], next_cursor: "", seconds: 300 },
    { items: [item("a", { sizeBytes: 7 })], next_cursor: "", seconds: 300 },
  ]);
  const waits = [];
  const wait = async (ms) => waits.push(ms);
  const found = await allOf(new Listing({ url: "/items/", wait }));
  assert.deepEqual(found.map(({ id, address }) => [id, Boolean(address)]), [["a", true], ["b", true], ["c", false], ["d", true]]);
  assert.equal(found[0].sizeBytes, 7);
  assert.deepEqual(asked, ["", "photos=a%2Cc%2Cd", "photos=a"]);
  assert.equal(waits.length, 2);
});

test("a copy that is never made is left out, and said", async () => {
  const later = item("a", { address: null, isPreparing: true });
  answering(Array.from({ length: 200 }, () => ({ items: [later], next_cursor: "", seconds: 300 })));
  const contents = new Contents({ listing: new Listing({ url: "/items/", wait: async () => {} }) });
  const files = await allOf(contents);
  assert.deepEqual(files.map(({ name }) => name), ["not-downloaded.txt"]);
  assert.match(contents.failed[0].sentence, /Try again later/);
});

test("a zip is named by its day", () => {
  assert.equal(zipName("Sea", new Date(2026, 4, 1)), "Sea 2026-05-01.zip");
  document.documentElement = { lang: "de" };
  assert.equal(sizeOf(3_240_000), "3,2 MB");
  document.documentElement = { lang: "en" };
  assert.deepEqual([sizeOf(0), sizeOf(3_240_000), sizeOf(999_600), sizeOf(4.2e12)], ["0 kB", "3.2 MB", "1 MB", "4.2 TB"]);
});

test("without a service worker the page holds a zip up to a size, and no more", async () => {
  const links = [];
  globalThis.navigator ??= {};
  // Its address is kept for a minute, for which the test doesn't wait.
  const later = globalThis.setTimeout;
  globalThis.setTimeout = (...all) => later(...all).unref();
  Object.assign(document, { createElement: () => ({ click() { links.push(this.href); } }) });
  const { signal } = new AbortController();
  /** A chunk that says how long it is, without being so. */
  const saved = async (...lengths) => {
    let isStopped = false;
    const chunks = lengths.map((length) => ({ length, slice: () => new Uint8Array(1) }));
    const stream = new ReadableStream({
      pull: (controller) => (chunks.length ? controller.enqueue(chunks.shift()) : controller.close()),
      cancel: () => void (isStopped = true),
    }, { highWaterMark: 0 });
    await deliver(stream, "a.zip", { signal }).catch((problem) => {
      if (!(problem instanceof TooLargeToHold)) throw problem;
    });
    return { isStopped, links: links.splice(0).length };
  };
  assert.deepEqual(await saved(MOST_IN_MEMORY), { isStopped: false, links: 1 });
  assert.deepEqual(await saved(MOST_IN_MEMORY, 1, 1), { isStopped: true, links: 0 });
  globalThis.setTimeout = later;
});
