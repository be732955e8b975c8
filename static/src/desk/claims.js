// Tell other moderators which photos this page reads, and show which photos others read.
import { post } from "./send.js";

const RENEWED_EVERY_MS = 45_000;
const IDLE_AFTER_MS = 15 * 60_000;
const MOST_AT_ONCE = 60;

/** `openCards` returns the cards to claim, the most urgent first. Return a function that claims at once. */
export function startClaims(url, openCards, onRenewed) {
  if (!url) return () => {};
  let activeAt = Date.now();
  for (const event of ["keydown", "pointerdown"]) {
    document.addEventListener(event, () => {
      activeAt = Date.now();
    });
  }
  const fields = (cards) => cards.map((card) => ["chosen", card.value]);

  const renew = async () => {
    const cards = openCards().slice(0, MOST_AT_ONCE);
    if (document.hidden || Date.now() - activeAt > IDLE_AFTER_MS) return;
    if (cards.length) {
      try {
        const response = await post(url, fields(cards));
        if (!response.ok || response.redirected) return;
        const { readers } = await response.json();
        for (const card of cards) card.reader = readers[card.id] ?? "";
      } catch {
        // The claims run out by themselves, and block no one.
      }
    }
    onRenewed();
  };

  setInterval(renew, RENEWED_EVERY_MS);
  window.addEventListener("pagehide", () => {
    const cards = openCards().filter((card) => !card.reader).slice(0, MOST_AT_ONCE);
    if (cards.length) post(url, [["release", "1"], ...fields(cards)], { keepalive: true }).catch(() => {});
  });
  renew();
  return renew;
}
