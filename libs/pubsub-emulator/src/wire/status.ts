import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ErrorInfoSchema, StatusSchema } from '@kiban/contracts/google/rpc';
import { PubSubError } from '../core/errors.ts';

/** What grpc-js sends for a refusal: code, message, and google.rpc.ErrorInfo when there is more to say. */
export function toServiceError(error: unknown): ServiceError {
  const known = error instanceof PubSubError ? error : fromUnknown(error);
  const metadata = new Metadata();
  if (known.metadata) {
    const info = create(ErrorInfoSchema, {
      reason: 'EXACTLY_ONCE_ACKID_FAILURE',
      domain: 'pubsub.googleapis.com',
      metadata: { ...known.metadata },
    });
    const details = create(StatusSchema, {
      code: known.code,
      message: known.message,
      details: [anyPack(ErrorInfoSchema, info)],
    });
    metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, details)));
  }
  return Object.assign(new Error(known.message), { code: known.code, details: known.message, metadata });
}

function fromUnknown(error: unknown): PubSubError {
  // RangeError: the bytes of a message are not what the wire format allows.
  if (error instanceof RangeError) return new PubSubError(status.INVALID_ARGUMENT, error.message);
  console.error('pubsub-emulator: unexpected error', error);
  return new PubSubError(status.INTERNAL, 'The emulator failed unexpectedly; its log says why.');
}
