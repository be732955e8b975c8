// The scrubber beside a timeline: a slider over its months by their count. Moving it shows the month, releasing it goes there.
import { interpolate, ngettext } from "./i18n.js";

const SHOWS_FROM_MONTHS = 3;

/** Return the index of the month at this count of photos from the top. */
export function monthAt(counts, photo) {
  let passed = 0;
  const found = counts.findIndex((count) => {
    passed += count;
    return photo < passed;
  });
  return found < 0 ? counts.length - 1 : found;
}

export function startScrubber(root = document, go = (url) => window.location.assign(url)) {
  const scrubber = root.querySelector("[data-scrubber]");
  const links = [...root.querySelectorAll(".months a[data-month]")];
  if (!scrubber || links.length < SHOWS_FROM_MONTHS) return;
  const slider = scrubber.querySelector("input");
  const output = scrubber.querySelector("output");
  const counts = links.map(({ dataset }) => Number(dataset.count));
  const starts = counts.map((_, index) => counts.slice(0, index).reduce((sum, count) => sum + count, 0));
  slider.max = String(counts.reduce((sum, count) => sum + count, 0) - 1);
  const index = () => monthAt(counts, Number(slider.value));

  const say = () => {
    const { label, count } = links[index()].dataset;
    const sentence = ngettext("%(month)s, %(count)s photo", "%(month)s, %(count)s photos", Number(count));
    slider.setAttribute("aria-valuetext", interpolate(sentence, { month: label, count }));
    output.textContent = label;
    output.style.top = `${(100 * Number(slider.value)) / Math.max(1, Number(slider.max))}%`;
  };
  const show = (month) => {
    const at = links.findIndex(({ dataset }) => dataset.month === month);
    if (at < 0) return;
    slider.value = String(starts[at]);
    say();
  };

  let isHeld = false;
  let letGo;
  slider.addEventListener("input", () => {
    isHeld = true;
    scrubber.classList.add("held");
    say();
  });
  slider.addEventListener("change", () => {
    clearTimeout(letGo);
    // Keys send a change for each step: the page waits until they rest.
    letGo = setTimeout(() => go(links[index()].href), 400);
  });
  // Arrows go from month to month, not from photo to photo.
  slider.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    slider.value = String(starts[Math.min(counts.length - 1, Math.max(0, index() + by))]);
    slider.dispatchEvent(new Event("input"));
    slider.dispatchEvent(new Event("change"));
  });

  /** Follow the page: the month of the last heading above the middle of the window. */
  const follow = () => {
    if (isHeld) return;
    const above = [...root.querySelectorAll(".timeline .month")].filter(
      // One without photos has no place.
      (heading) => heading.offsetParent && heading.getBoundingClientRect().top < window.innerHeight / 2,
    );
    const heading = above.at(-1) ?? root.querySelector(".timeline .month");
    if (heading) show(heading.dataset.month);
  };
  window.addEventListener("scroll", () => requestAnimationFrame(follow), { passive: true });
  scrubber.hidden = false;
  follow();
}
