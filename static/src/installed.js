// The service worker: the page without a connection, and photos that other apps share.
const SHARED = "contactsheet-shared";
/** Files that no one took in this time belong to no one who is here. */
const TAKEN_WITHIN_MS = 10 * 60_000;

export function startServiceWorker() {
  // A browser may refuse, such as in a private window. The pages need none.
  navigator.serviceWorker?.register(document.body.dataset.serviceWorkerUrl).catch(() => {});
}

/** Return the files that another app shared with the gallery, and keep them no longer. */
export async function sharedFiles(now = Date.now()) {
  const files = [];
  const kept = await caches.open(SHARED);
  for (const request of await kept.keys()) {
    const response = await kept.match(request);
    const sharedAt = Number(new URL(request.url).pathname.split("/").pop().split("-")[0]);
    if (now - sharedAt < TAKEN_WITHIN_MS) {
      const name = decodeURIComponent(response.headers.get("X-Name") ?? "photo");
      files.push(new File([await response.blob()], name, { type: response.headers.get("Content-Type") ?? "" }));
    }
    await kept.delete(request);
  }
  return files;
}
