export type OutboxErrorReason =
  | 'duplicate-definition'
  | 'not-in-a-transaction'
  | 'invalid-key'
  | 'event-too-large'
  | 'too-many-keys'
  | 'no-outbox-table';

/** Publishing was refused before anything was written; the transaction should be rolled back. */
export class OutboxError extends Error {
  override readonly name = 'OutboxError';
  readonly reason: OutboxErrorReason;

  constructor(reason: OutboxErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
