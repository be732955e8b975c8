/** Say what happened to screen readers, by the one status region of the page that has no place on it. */
export function say(text) {
  const region = document.querySelector("[data-said-aloud]");
  if (region && text) region.textContent = text;
}
