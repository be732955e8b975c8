// The header gives way while a reader scrolls down and comes back at the first move up.
export function startHeader() {
  const header = document.querySelector("body > header");
  let before = window.scrollY;
  window.addEventListener(
    "scroll",
    () => {
      const now = window.scrollY;
      // Small moves are a resting thumb, not a decision.
      if (Math.abs(now - before) < 8) return;
      header?.classList.toggle("gives-way", now > before && now > 64);
      before = now;
    },
    { passive: true },
  );
}
