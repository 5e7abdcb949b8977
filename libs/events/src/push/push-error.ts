export type PushErrorReason = 'unauthenticated' | 'forbidden' | 'malformed' | 'not-ready' | 'handler-failed';

/** A push was not taken. The message is safe to answer with; the cause is for the log. */
export class PushError extends Error {
  override readonly name = 'PushError';
  readonly reason: PushErrorReason;

  constructor(reason: PushErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
