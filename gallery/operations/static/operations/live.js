// Asks for the figures anew while somebody looks at them, and draws how deep the queues were meanwhile.
const EVERY_MS = 5000;
const KEPT = 60;
const WIDTH = 120;
const HEIGHT = 24;
const figures = document.getElementById("figures");
const depths = new Map();

function drawQueues() {
  for (const line of figures.querySelectorAll("[data-queue]")) {
    const seen = depths.get(line.dataset.queue) ?? [];
    seen.push(Number(line.dataset.waiting));
    depths.set(line.dataset.queue, seen.slice(-KEPT));
    const most = Math.max(1, ...seen);
    const points = seen.slice(-KEPT).map((depth, at, all) => {
      const x = WIDTH - ((all.length - 1 - at) * WIDTH) / (KEPT - 1);
      return `${x.toFixed(1)},${(HEIGHT - 1 - (depth * (HEIGHT - 2)) / most).toFixed(1)}`;
    });
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    drawn.setAttribute("points", points.join(" "));
    line.replaceChildren(drawn);
  }
}

async function renew() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(figures.dataset.live, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) {
    figures.querySelector("[data-silence]")?.removeAttribute("hidden");
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  figures.replaceChildren(...page.body.childNodes);
  drawQueues();
}

if (figures) {
  drawQueues();
  setInterval(renew, EVERY_MS);
}
