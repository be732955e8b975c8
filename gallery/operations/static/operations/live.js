// Renews the statistics while the page is visible, and draws the depth of each queue since it was opened.
const INTERVAL_MS = 5000;
const KEPT_DEPTHS = 60;
const WIDTH = 120;
const HEIGHT = 24;
const statistics = document.getElementById("statistics");
const depths = new Map();

function drawQueues() {
  for (const line of statistics.querySelectorAll("[data-queue]")) {
    const seen = depths.get(line.dataset.queue) ?? [];
    seen.push(Number(line.dataset.waiting));
    depths.set(line.dataset.queue, seen.slice(-KEPT_DEPTHS));
    const maximum = Math.max(1, ...seen);
    const points = seen.slice(-KEPT_DEPTHS).map((depth, at, all) => {
      const x = WIDTH - ((all.length - 1 - at) * WIDTH) / (KEPT_DEPTHS - 1);
      return `${x.toFixed(1)},${(HEIGHT - 1 - (depth * (HEIGHT - 2)) / maximum).toFixed(1)}`;
    });
    const polyline = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    polyline.setAttribute("points", points.join(" "));
    line.replaceChildren(polyline);
  }
}

async function renew() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(statistics.dataset.live, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) {
    statistics.querySelector("[data-silence]")?.removeAttribute("hidden");
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  statistics.replaceChildren(...page.body.childNodes);
  drawQueues();
}

if (statistics) {
  drawQueues();
  setInterval(renew, INTERVAL_MS);
}
