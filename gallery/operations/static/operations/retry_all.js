// Retries a whole queue batch by batch and shows the progress. The form holds the sentences.
function fill(sentence, counts) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => counts[name]);
}

for (const form of document.querySelectorAll("[data-retry-all]")) {
  const [start, stop] = form.querySelectorAll("button");
  const bar = form.querySelector("progress");
  const status = form.querySelector("[role=status]");
  const sentences = form.dataset;
  let stopped = false;
  stop.addEventListener("click", () => {
    stopped = true;
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(form);
    start.disabled = true;
    stop.hidden = false;
    bar.hidden = false;
    stopped = false;
    const counts = { retried: 0, waiting: 0, problem: "" };
    let sentence = sentences.done;
    while (true) {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } }).catch(
        () => null,
      );
      const batch = await answer?.json().catch(() => null);
      if (!answer?.ok || !batch) {
        counts.problem = batch?.sentence ?? sentences.noAnswer;
        sentence = sentences.failed;
        break;
      }
      counts.retried += batch.again;
      counts.waiting = batch.waiting;
      bar.max = Math.max(counts.retried + counts.waiting, 1);
      bar.value = counts.retried;
      status.textContent = fill(sentences.progress, counts);
      if (!batch.again || !batch.waiting) break;
      if (stopped) {
        sentence = sentences.stopped;
        break;
      }
    }
    status.textContent = fill(sentence, counts);
    start.disabled = false;
    stop.hidden = true;
  });
}
