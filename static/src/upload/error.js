/** An upload failed; the message is a sentence for the person who uploads. */
export class UploadError extends Error {
  constructor(sentence, { reason = "failed", retryable = false } = {}) {
    super(sentence);
    this.reason = reason;
    this.retryable = retryable;
  }
}
