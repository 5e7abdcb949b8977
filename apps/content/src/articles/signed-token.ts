import { createHmac, timingSafeEqual } from 'node:crypto';

const TAG_BYTES = 16;

/** Packs a payload into an opaque token that only opens with the same key and the same purpose. */
export function sealToken(key: Uint8Array, purpose: string, payload: string): string {
  const data = Buffer.from(payload);
  return Buffer.concat([tag(key, purpose, data), data]).toString('base64url');
}

/** The payload of a token; undefined when it is malformed, was changed, or was made with another key or purpose. */
export function openToken(key: Uint8Array, purpose: string, token: string): string | undefined {
  const bytes = Buffer.from(token, 'base64url');
  // Buffer skips characters outside the alphabet; encoding again catches them.
  if (bytes.length < TAG_BYTES || bytes.toString('base64url') !== token) return undefined;
  const data = bytes.subarray(TAG_BYTES);
  return timingSafeEqual(bytes.subarray(0, TAG_BYTES), tag(key, purpose, data)) ? data.toString() : undefined;
}

function tag(key: Uint8Array, purpose: string, data: Buffer): Buffer {
  // The length keeps purpose and data apart.
  return createHmac('sha256', key)
    .update(`${Buffer.byteLength(purpose)}:${purpose}`)
    .update(data)
    .digest()
    .subarray(0, TAG_BYTES);
}
