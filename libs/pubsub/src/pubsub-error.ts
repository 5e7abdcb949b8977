import { status } from '@grpc/grpc-js';

/** A call to Pub/Sub failed. */
export class PubSubError extends Error {
  override readonly name = 'PubSubError';
  /** gRPC status code. */
  readonly code: status;
  /** The same request will be refused again: its content is at fault, not the service or its set-up. */
  readonly permanent: boolean;

  constructor(code: status, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.permanent = code === status.INVALID_ARGUMENT || code === status.OUT_OF_RANGE;
  }

  static from(cause: unknown, what: string): PubSubError {
    if (cause instanceof PubSubError) return cause;
    const code = codeOf(cause);
    const text = cause instanceof Error ? cause.message : String(cause);
    return new PubSubError(code, `${what}: ${text}${advice(code)}`, { cause });
  }
}

function codeOf(cause: unknown): status {
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'number' && code in status ? (code as status) : status.UNKNOWN;
}

function advice(code: status): string {
  if (code === status.NOT_FOUND) return '. Create topics and subscriptions with `npm run events -- apply`';
  if (code === status.PERMISSION_DENIED) return '. Grant this service account roles/pubsub on the resource';
  if (code === status.UNAVAILABLE) return '. Is PUBSUB_EMULATOR_HOST right, or the network open?';
  return '';
}
