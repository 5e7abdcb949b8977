/** The gRPC status codes this service answers with: https://grpc.io/docs/guides/status-codes/ */
export const Code = {
  OK: 0,
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

/** Why the service refused a request: a gRPC code, a message for the caller, and the reason per ack id where there is one. */
export class PubSubError extends Error {
  readonly code: number;
  /** ErrorInfo.metadata of exactly-once failures: ack id to PERMANENT_FAILURE_... or TRANSIENT_FAILURE_... */
  readonly metadata: Readonly<Record<string, string>> | undefined;

  constructor(code: number, message: string, metadata?: Readonly<Record<string, string>>) {
    super(message);
    this.name = 'PubSubError';
    this.code = code;
    this.metadata = metadata;
  }
}

export const invalid = (message: string): PubSubError => new PubSubError(Code.INVALID_ARGUMENT, message);
export const failedPrecondition = (message: string): PubSubError => new PubSubError(Code.FAILED_PRECONDITION, message);
/** What ends those who consume a subscription that is gone. */
export const gone = (name: string, why: 'deleted' | 'detached'): PubSubError =>
  why === 'deleted' ? notFound(name) : failedPrecondition('The subscription was detached from its topic.');
/** The wording is Google's: `Resource not found (resource=orders).` */
export const notFound = (name: string): PubSubError =>
  new PubSubError(Code.NOT_FOUND, `Resource not found (resource=${lastSegment(name)}).`);
export const alreadyExists = (name: string): PubSubError =>
  new PubSubError(Code.ALREADY_EXISTS, `Resource already exists in the project (resource=${lastSegment(name)}).`);

const lastSegment = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
