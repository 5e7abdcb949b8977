import { createRegistry, fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import { type ServiceError, status } from '@grpc/grpc-js';
import { ErrorInfoSchema, StatusSchema } from '@kiban/contracts/google/rpc';

const details = createRegistry(ErrorInfoSchema);

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const HTTP: Readonly<Record<number, number>> = {
  [status.CANCELLED]: 499,
  [status.INVALID_ARGUMENT]: 400,
  [status.DEADLINE_EXCEEDED]: 504,
  [status.NOT_FOUND]: 404,
  [status.ALREADY_EXISTS]: 409,
  [status.PERMISSION_DENIED]: 403,
  [status.UNAUTHENTICATED]: 401,
  [status.RESOURCE_EXHAUSTED]: 429,
  [status.FAILED_PRECONDITION]: 400,
  [status.ABORTED]: 409,
  [status.OUT_OF_RANGE]: 400,
  [status.UNIMPLEMENTED]: 501,
  [status.UNAVAILABLE]: 503,
};

/** A refusal in the form of Google's APIs: https://cloud.google.com/apis/design/errors#http_mapping */
export function restError(error: ServiceError): { code: number; body: JsonValue } {
  const code = HTTP[error.code] ?? 500;
  const bytes = error.metadata.get('grpc-status-details-bin')[0];
  const more = Buffer.isBuffer(bytes)
    ? toJson(StatusSchema, fromBinary(StatusSchema, bytes), { registry: details })
    : {};
  return {
    code,
    body: { error: { code, message: error.details, status: status[error.code] ?? 'UNKNOWN', ...pick(more) } },
  };
}

function pick(more: JsonValue): { details?: JsonValue } {
  const found = (more as { details?: JsonValue }).details;
  return found === undefined ? {} : { details: found };
}
