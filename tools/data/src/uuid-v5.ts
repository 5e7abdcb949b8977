import { createHash } from 'node:crypto';

/** Namespace of everything Kiban derives from data: the UUIDv5 of `kiban.dev` in the DNS namespace. */
const KIBAN = uuidBytes('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'kiban.dev');

/** UUIDv5 of a list of parts, so that the same data always gets the same id. https://www.rfc-editor.org/rfc/rfc9562#section-5.5 */
export function derivedId(...parts: readonly string[]): string {
  // JSON keeps ["a", "bc"] and ["ab", "c"] apart.
  return formatUuid(hash(KIBAN, JSON.stringify(parts)));
}

function uuidBytes(namespace: string, name: string): Buffer {
  return hash(Buffer.from(namespace.replaceAll('-', ''), 'hex'), name);
}

function hash(namespace: Buffer, name: string): Buffer {
  const bytes = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
}

function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
