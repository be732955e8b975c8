/** An upload came to its end without a photo; the message says why, in words for people. */
export class Stopped extends Error {
  constructor(sentence, { reason = "stopped", retryable = false } = {}) {
    super(sentence);
    this.reason = reason;
    this.retryable = retryable;
  }
}
