// The page of an action on many photos: show its progress until it is finished.
import { gettext, interpolate } from "./i18n.js";

const AGAIN_MS = 2000;

export async function followBatch() {
  const page = document.querySelector("[data-batch]");
  for (const plain of page.querySelectorAll("[data-plain]")) plain.hidden = true;
  const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content, Accept: "application/json" };
  for (;;) {
    try {
      const response = await fetch(page.dataset.batch, { method: "POST", headers });
      const batch = await response.json();
      if (batch.finished) break;
      page.querySelector("[data-sentence]").textContent = batch.sentence;
      const values = { done: batch.processed, total: batch.total };
      page.querySelector("[data-figures]").textContent = interpolate(gettext("%(done)s of %(total)s"), values);
      page.querySelector("progress").value = batch.processed;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
  location.reload();
}
