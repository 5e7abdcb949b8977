import { fromBinary } from '@bufbuild/protobuf';
import type { IncomingHttpHeaders } from 'node:http2';
import { StatusSchema } from '@kiban/contracts/google/rpc';

/** How a call ended, from its trailers. */
export interface GrpcStatus {
  readonly code: number;
  readonly message: string;
  /** The bytes of a google.rpc.Status with details, when the server sent one that fits the code. */
  readonly detailed?: Uint8Array;
}

/** Undefined when the headers carry no gRPC status. */
export function readGrpcStatus(headers: IncomingHttpHeaders): GrpcStatus | undefined {
  const text = headers['grpc-status'];
  if (typeof text !== 'string') return undefined;
  const code = /^\d{1,3}$/.test(text) ? Number(text) : 2;
  const message = decodeMessage(String(headers['grpc-message'] ?? ''));
  const encoded = headers['grpc-status-details-bin'];
  const detailed = encoded === undefined ? undefined : statusBytes(String(encoded), code);
  return detailed ? { code, message, detailed } : { code, message };
}

function statusBytes(encoded: string, code: number): Uint8Array | undefined {
  const bytes = Buffer.from(encoded, 'base64');
  try {
    return fromBinary(StatusSchema, bytes).code === code ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** grpc-message is percent-encoded UTF-8; what is wrongly encoded stays as it is. */
function decodeMessage(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
