/** Say what happened to screen readers, by the page's one status region. What is on the page beside it is read by eye. */
export function say(text) {
  const region = document.querySelector("[data-said-aloud]");
  // Emptied, it says the same words again.
  if (region) region.textContent = text ?? "";
}
