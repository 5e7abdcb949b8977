import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Any, anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { Code, ErrorInfoSchema, type Status, StatusSchema } from '@kiban/contracts/google/rpc';
import { ERROR_DOMAIN, type ErrorReason } from './error-reasons.ts';
import { detail, ServiceError } from './service-error.ts';

/** Where gRPC carries google.rpc.Status: https://grpc.io/docs/guides/error/#richer-error-model */
const DETAILS = 'grpc-status-details-bin';

/** Any error as google.rpc.Status: ErrorInfo first, then its details. For rows of a batch and for the wire. */
export function toStatus(error: unknown): Status {
  const { code, message, reason, metadata, details } = ServiceError.from(error);
  const info = detail(ErrorInfoSchema, { reason, domain: ERROR_DOMAIN, metadata });
  return create(StatusSchema, { code, message, details: [info, ...details] });
}

/** What grpc-js sends to the caller. `trailer` is what the handler wanted to send with the status. */
export function toWire(error: ServiceError, trailer = new Metadata()): StatusObject {
  const status = toStatus(error);
  const metadata = trailer.clone();
  metadata.set(DETAILS, Buffer.from(toBinary(StatusSchema, status)));
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- grpc-js has its own enum of the same numbers
  const code: StatusObject['code'] = error.code as number;
  return { code, details: error.message, metadata };
}

/** The ServiceError that a callee sent, or that stands for what went wrong between. */
export function fromWire(error: unknown, service: string): ServiceError {
  if (error instanceof ServiceError || !isStatus(error)) return ServiceError.from(error);
  const status = readStatus(error.metadata);
  const info = status?.details.flatMap((any) => anyUnpack(any, ErrorInfoSchema) ?? [])[0];
  if (!status || !info) return generic(error, service);
  return new ServiceError(error.code, status.message, {
    reason: info.reason as ErrorReason,
    metadata: info.metadata,
    details: status.details.filter((any: Any) => !anyIs(any, ErrorInfoSchema)),
    cause: error,
  });
}

function isStatus(error: unknown): error is Error & { code: Code; details: string; metadata?: Metadata } {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

function readStatus(metadata: Metadata | undefined): Status | undefined {
  const [bytes] = metadata?.get(DETAILS) ?? [];
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return fromBinary(StatusSchema, bytes);
  } catch {
    return undefined;
  }
}

/** An error without details was made by grpc-js or a proxy: its text holds addresses, so it becomes the cause only. */
function generic(error: Error & { code: Code }, service: string): ServiceError {
  switch (error.code) {
    case Code.CANCELLED:
      return ServiceError.cancelled(undefined, { cause: error });
    case Code.DEADLINE_EXCEEDED:
      return ServiceError.deadlineExceeded(`${service} did not answer in time.`, { cause: error });
    case Code.UNAVAILABLE:
      return ServiceError.unavailable(`${service} cannot be reached; try again.`, { cause: error });
    case Code.RESOURCE_EXHAUSTED:
      return ServiceError.resourceExhausted(`${service} refused the call: too much load or data.`, 1000, {
        cause: error,
      });
    case Code.UNIMPLEMENTED:
      return new ServiceError(Code.UNIMPLEMENTED, `${service} does not know this method.`, { cause: error });
    default:
      return ServiceError.internal(error);
  }
}
