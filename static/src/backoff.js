/** Return the delay in milliseconds before attempt number `attempt` (0 is the first). */
export function backoff(attempt, firstMs, longestMs, growth = 1.8, random = Math.random()) {
  const delayMs = Math.min(longestMs, firstMs * growth ** attempt);
  // 25 % jitter, so that many pages do not send requests in step.
  return Math.round(delayMs * (0.875 + random / 4));
}

export function wait(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
