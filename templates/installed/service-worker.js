// Keeps the page for when there is no connection. Caches nothing that belongs to a person.
const KEPT = "contactsheet-offline-1";
const SHARED = "contactsheet-shared";
const OFFLINE = "{{ offline_url|escapejs }}";
const FILES = [OFFLINE{% for file in files %}, "{{ file|escapejs }}"{% endfor %}];

self.addEventListener("install", (event) => {
  // Without cookies: what is kept is the same for everyone.
  const requests = FILES.map((url) => new Request(url, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(requests)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== KEPT && name !== SHARED) await caches.delete(name);
      // Pages load while this worker is still starting.
      await self.registration.navigationPreload?.enable();
    })(),
  );
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

/** Keep shared files until the upload page has asked about them: any site can send some. */
async function take(request) {
  const files = (await request.formData()).getAll("file");
  const shared = await caches.open(SHARED);
  await Promise.all(
    files.map((file, at) =>
      shared.put(
        `/shared/${Date.now()}-${at}`,
        new Response(file, { headers: { "Content-Type": file.type, "X-Name": encodeURIComponent(file.name) } }),
      ),
    ),
  );
  return Response.redirect("{{ upload_url|escapejs }}", 303);
}

// A page packs a zip and hands its bytes over; here they become the answer to a navigation, which the browser
// saves like any download. Nothing of it is kept: a piece is asked for when the one before was written.
const ZIPS = new Map();
const ZIP_PATH = "{{ zip_url|escapejs }}";
const TAKEN_WITHIN_MS = 30_000;
const PAGE_ASKED_MS = 10_000;
/** Addresses of zips that this worker is saving. One that was ended and started again has none. */
const RUNNING = new Set();

self.addEventListener("message", (event) => {
  const { data, source, ports } = event;
  if (!(source instanceof WindowClient) || new URL(source.url).origin !== location.origin) return;
  // This also says that this worker is still needed.
  if (data?.kind === "zip goes on") ports[0]?.postMessage({ isRunning: RUNNING.has(data.url) });
  if (data?.kind !== "zip" || !ports[0]) return;
  const id = crypto.randomUUID();
  ZIPS.set(id, { port: ports[0], name: String(data.name), client: source.id });
  setTimeout(() => ZIPS.delete(id), TAKEN_WITHIN_MS);
  ports[0].postMessage({ url: ZIP_PATH + id });
});

function zipStream({ port, client }, url) {
  let arrived = () => {};
  let watching;
  return new ReadableStream(
    {
      start(controller) {
        const end = (how) => {
          clearInterval(watching);
          RUNNING.delete(url);
          port.onmessage = null;
          how();
          arrived();
        };
        const interrupt = () => end(() => controller.error(new Error("The page that made this zip is gone.")));
        port.onmessage = ({ data }) => {
          if (data.bytes) {
            controller.enqueue(data.bytes);
            arrived();
          } else if (data.done) {
            end(() => controller.close());
          } else {
            interrupt();
          }
        };
        // A page that crashed says nothing. Half a zip must not look whole.
        watching = setInterval(async () => {
          if (!(await self.clients.get(client))) interrupt();
        }, PAGE_ASKED_MS);
      },
      pull() {
        return new Promise((resolve) => {
          arrived = resolve;
          port.postMessage({ more: true });
        });
      },
      cancel() {
        clearInterval(watching);
        RUNNING.delete(url);
        port.postMessage({ canceled: true });
      },
    },
    { highWaterMark: 0 },
  );
}

/** Answer with a zip, once. */
function zipAnswer(id) {
  const zip = ZIPS.get(id);
  ZIPS.delete(id);
  RUNNING.add(ZIP_PATH + id);
  const name = encodeURIComponent(zip.name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return new Response(zipStream(zip, ZIP_PATH + id), {
    headers: {
      "Content-Type": "application/zip",
      "Content-Disposition": `attachment; filename*=UTF-8''${name}`,
      "Content-Security-Policy": "default-src 'none'",
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
    },
  });
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const zip = pathname.startsWith(ZIP_PATH) ? pathname.slice(ZIP_PATH.length) : "";
  if (request.method === "GET" && request.mode === "navigate" && ZIPS.has(zip)) {
    event.respondWith(zipAnswer(zip));
  } else if (request.method === "POST" && origin === location.origin && pathname === "{{ share_url|escapejs }}") {
    event.respondWith(take(request));
  } else if (request.method === "POST" && pathname === "{{ sign_out_url|escapejs }}") {
    event.waitUntil(caches.delete(SHARED));
  } else if (request.method === "GET" && request.mode === "navigate") {
    event.respondWith(page(event));
  } else if (request.method === "GET" && !navigator.onLine && FILES.includes(pathname)) {
    event.respondWith(caches.match(pathname).then((kept) => kept ?? fetch(request)));
  }
});
