// Bytes of a zip to a file of the browser: by the service worker as a download, else from the page's memory.

/** Without a service worker the page holds the whole zip. More than this is not asked of a phone. */
export const MOST_IN_MEMORY = 256 * 2 ** 20;
const ANSWERS_WITHIN_MS = 5000;
const GOES_ON_MS = 10_000;
/** Pieces are put together to this size: each is a message to the worker. */
const PIECE_BYTES = 2 ** 18;

/** The browser ended the download: the person did, or the disk is full. */
export class Ended extends Error {}
/** There is no service worker, and the zip is too large to hold. */
export class TooLargeToHold extends Error {}

async function worker() {
  const ready = navigator.serviceWorker?.ready;
  if (!ready || !(await navigator.serviceWorker.getRegistration())) return null;
  const late = new Promise((resolve) => setTimeout(resolve, ANSWERS_WITHIN_MS, null));
  const registration = await Promise.race([ready, late]);
  return registration?.active ?? null;
}

/** Save the stream of bytes under this name. Resolves when the last byte is handed over; calls `begun` before the first. */
export async function deliver(stream, name, { signal, begun = () => {} }) {
  const active = await worker();
  if (!active || !(await throughWorker(active, stream, name, signal, begun))) await fromMemory(stream, name, signal, begun);
}

/** Return false if the worker does not answer: nothing was read then. */
async function throughWorker(active, stream, name, signal, begun) {
  const { port1, port2 } = new MessageChannel();
  const address = await new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data.url);
    active.postMessage({ kind: "zip", name }, [port2]);
    setTimeout(resolve, ANSWERS_WITHIN_MS, null);
  });
  if (!address) return false;
  const reader = pieces(stream).getReader();
  let hasBegun = false;
  let lost = () => {};
  // A worker that the browser ended says nothing, so it is asked.
  const goesOn = setInterval(() => {
    const { port1: here, port2: there } = new MessageChannel();
    here.onmessage = ({ data }) => {
      here.close();
      if (hasBegun && !data.isRunning) lost(new Ended());
    };
    active.postMessage({ kind: "zip goes on", url: address }, [there]);
  }, GOES_ON_MS);
  const leave = () => port1.postMessage({ interrupted: true });
  addEventListener("pagehide", leave);
  try {
    await new Promise((resolve, reject) => {
      lost = reject;
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      port1.onmessage = async ({ data }) => {
        if (data.canceled) {
          reject(new Ended());
          return;
        }
        hasBegun = true;
        begun();
        try {
          const { done, value } = await reader.read();
          if (done) {
            port1.postMessage({ done: true });
            resolve();
          } else {
            port1.postMessage({ bytes: value }, [value.buffer]);
          }
        } catch (problem) {
          reject(problem);
        }
      };
      location.assign(address);
    });
  } catch (problem) {
    leave();
    // Not waited for: a store that is silent would keep this waiting, too.
    reader.cancel(problem).catch(() => {});
    throw problem;
  } finally {
    // What the worker still asks for must not begin it again.
    port1.onmessage = null;
    clearInterval(goesOn);
    removeEventListener("pagehide", leave);
  }
  return true;
}

/** Put small chunks together. The new array is the page's own, so it can be handed over. */
function pieces(stream) {
  const reader = stream.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        const parts = [];
        let size = 0;
        let step = {};
        while (size < PIECE_BYTES && !(step = await reader.read()).done) {
          parts.push(step.value);
          size += step.value.length;
        }
        const piece = new Uint8Array(size);
        let at = 0;
        for (const part of parts) {
          piece.set(part, at);
          at += part.length;
        }
        if (size) controller.enqueue(piece);
        if (step.done) controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

async function fromMemory(stream, name, signal, begun) {
  begun();
  const parts = [];
  let size = 0;
  const reader = stream.getReader();
  try {
    for (let step; !(step = await reader.read()).done; ) {
      signal.throwIfAborted();
      size += step.value.length;
      if (size > MOST_IN_MEMORY) throw new TooLargeToHold();
      parts.push(step.value.slice());
    }
  } catch (problem) {
    // Not waited for: a store that is silent would keep this waiting, too.
    reader.cancel(problem).catch(() => {});
    throw problem;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type: "application/zip" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
