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

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method === "POST" && origin === location.origin && pathname === "{{ share_url|escapejs }}") {
    event.respondWith(take(request));
  } else if (request.method === "POST" && pathname === "{{ sign_out_url|escapejs }}") {
    event.waitUntil(caches.delete(SHARED));
  } else if (request.method === "GET" && request.mode === "navigate") {
    event.respondWith(page(event));
  } else if (request.method === "GET" && !navigator.onLine && FILES.includes(pathname)) {
    event.respondWith(caches.match(pathname).then((kept) => kept ?? fetch(request)));
  }
});
