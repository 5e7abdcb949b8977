import { createHmac, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '@kiban/grpc';

const TAG_BYTES = 16;

/** Where a page ended. */
export interface Position {
  /** Microseconds since 1970. */
  time: string;
  seq: string;
}

/** The token of the page after a position. It opens only with the same key and for the same reader. */
export function encodePageToken(key: Uint8Array, user: string, { time, seq }: Position): string {
  const data = Buffer.from(`${time}.${seq}`);
  return Buffer.concat([tag(key, user, data), data]).toString('base64url');
}

/** Reads a token; undefined for an empty one. Throws INVALID_ARGUMENT when it is not a token of this list. */
export function decodePageToken(key: Uint8Array, user: string, token: string): Position | undefined {
  if (token === '') return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const data = bytes.subarray(TAG_BYTES);
  // Buffer skips characters outside the alphabet; encoding again catches them.
  const intact = bytes.length > TAG_BYTES && bytes.toString('base64url') === token;
  if (!intact || !timingSafeEqual(bytes.subarray(0, TAG_BYTES), tag(key, user, data))) {
    const description = 'is not a nextPageToken of this list: begin again without it';
    throw ServiceError.invalidArgument([{ field: 'pageToken', description }]);
  }
  const [time = '', seq = ''] = data.toString().split('.');
  return { time, seq };
}

function tag(key: Uint8Array, user: string, data: Buffer): Buffer {
  const purpose = `interactions of ${user}`;
  // The length keeps purpose and data apart.
  const hmac = createHmac('sha256', key).update(`${Buffer.byteLength(purpose)}:${purpose}`);
  return hmac.update(data).digest().subarray(0, TAG_BYTES);
}
