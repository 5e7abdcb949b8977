import { randomBytes } from 'node:crypto';
import { ServiceError } from '@kiban/grpc';

/** A new etag: 72 random bits, so that no two writes share one. */
export function newEtag(): string {
  return randomBytes(9).toString('base64url');
}

/** Throws ABORTED when the caller's etag is given and is not the stored one. */
export function checkEtag(given: string, stored: string): void {
  if (given !== '' && given !== stored) {
    throw ServiceError.aborted('The article was changed since its etag was read. Read it again and repeat the change.');
  }
}
