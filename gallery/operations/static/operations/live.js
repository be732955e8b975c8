// Asks for the figures anew while somebody looks at them.
const EVERY_MS = 5000;
const figures = document.getElementById("figures");

async function renew() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(figures.dataset.live, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  figures.replaceChildren(...page.body.childNodes);
}

if (figures) setInterval(renew, EVERY_MS);
