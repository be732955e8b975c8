// Has a whole queue looked at again, batch by batch, and shows how far it is.
for (const form of document.querySelectorAll("[data-redrive-all]")) {
  const [start, stop] = form.querySelectorAll("button");
  const bar = form.querySelector("progress");
  const words = form.querySelector("[role=status]");
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
    let done = 0;
    let ending = "";
    while (!stopped) {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } }).catch(
        () => null,
      );
      const told = await answer?.json().catch(() => null);
      if (!answer?.ok || !told) {
        ending = told?.sentence ?? "The gallery did not answer. What was not looked at again is still here.";
        break;
      }
      done += told.again;
      bar.max = Math.max(done + told.waiting, 1);
      bar.value = done;
      words.textContent = `${done} looked at again, ${told.waiting} still wait.`;
      if (!told.again || !told.waiting) break;
    }
    if (ending) words.textContent = `${done} looked at again. ${ending}`;
    else words.textContent += stopped ? " Stopped." : " Done. Reload to see what is left.";
    start.disabled = false;
    stop.hidden = true;
  });
}
