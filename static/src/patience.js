/** How long to wait before attempt number `attempt` (0 = the first), in milliseconds. */
export function patience(attempt, firstMs, longestMs, chance = Math.random()) {
  const doubling = Math.min(longestMs, firstMs * 1.6 ** attempt);
  // A quarter of it is left to chance, so that many pages do not ask in step.
  return Math.round(doubling * (0.875 + chance / 4));
}

export function wait(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
