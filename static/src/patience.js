/** How long to wait before attempt number `attempt` (0 = the first), in milliseconds. */
export function patience(attempt, firstMs, longestMs, growth = 1.8, chance = Math.random()) {
  const growing = Math.min(longestMs, firstMs * growth ** attempt);
  // A quarter of it is left to chance, so that many pages do not ask in step.
  return Math.round(growing * (0.875 + chance / 4));
}

export function wait(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
