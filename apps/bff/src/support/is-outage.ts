import { Code, ServiceError } from '@kiban/grpc';

const OUTAGE: ReadonlySet<Code> = new Set([
  Code.UNAVAILABLE,
  Code.DEADLINE_EXCEEDED,
  Code.RESOURCE_EXHAUSTED,
  Code.INTERNAL,
  Code.UNKNOWN,
  Code.UNIMPLEMENTED,
]);

/** Whether a service failed to answer, as opposed to answering that the request is wrong or not allowed. */
export function isOutage(error: unknown): boolean {
  return OUTAGE.has(ServiceError.from(error).code);
}
