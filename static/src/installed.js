// The service worker: the page without a connection, and photos that other apps share.
const SHARED = "contactsheet-shared";
/** Files that no one took in this time belong to no one who is here. */
export const TAKEN_WITHIN_MS = 10 * 60_000;

export function startServiceWorker() {
  // A browser may refuse, such as in a private window. The pages need none.
  navigator.serviceWorker?.register(document.body.dataset.serviceWorkerUrl).catch(() => {});
  if (window.caches) sharedFiles().catch(() => {});
}

export const forgetShared = () => caches.delete(SHARED);

/** Return the files that another app shared with the gallery, and delete those that no one took in time. */
export async function sharedFiles(now = Date.now()) {
  const files = [];
  // Opening a cache would create it.
  if (!(await caches.has(SHARED))) return files;
  const kept = await caches.open(SHARED);
  for (const request of await kept.keys()) {
    const response = await kept.match(request);
    const sharedAt = Number(new URL(request.url).pathname.split("/").pop().split("-")[0]);
    if (now - sharedAt < TAKEN_WITHIN_MS) {
      const name = decodeURIComponent(response.headers.get("X-Name") ?? "photo");
      files.push(new File([await response.blob()], name, { type: response.headers.get("Content-Type") ?? "" }));
    } else await kept.delete(request);
  }
  return files;
}
