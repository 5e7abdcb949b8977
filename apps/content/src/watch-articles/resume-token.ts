import { ServiceError } from '@kiban/grpc';
import { openToken, sealToken } from '../articles/signed-token.ts';

/** A place in the change table: behind this transaction and sequence number. */
export interface Cursor {
  xid: string;
  seq: string;
}

const PURPOSE = 'article-changes';

/** Makes the token of a change. */
export function encodeResumeToken(key: Uint8Array, cursor: Cursor): string {
  return sealToken(key, PURPOSE, `${cursor.xid}.${cursor.seq}`);
}

/** Reads a token; undefined when empty. Throws INVALID_ARGUMENT naming resumeToken when it was not made here. */
export function decodeResumeToken(key: Uint8Array, token: string): Cursor | undefined {
  if (token === '') return undefined;
  const [xid, seq] = openToken(key, PURPOSE, token)?.split('.') ?? [];
  if (xid !== undefined && seq !== undefined) return { xid, seq };
  throw ServiceError.invalidArgument([
    { field: 'resumeToken', description: 'is not a resumeToken of this service: send one as it came, or none' },
  ]);
}
