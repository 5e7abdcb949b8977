/** Decodes base64 in either alphabet, with or without padding; undefined when it is neither. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bare = text.replace(/=+$/, '');
  if (text.length !== bare.length && text.length % 4 !== 0) return undefined;
  if (bare.length % 4 === 1 || !/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)$/.test(bare)) return undefined;
  const bytes = Buffer.from(bare, 'base64');
  // Bits behind the last byte must be zero: two texts must not mean the same bytes.
  const again = bytes.toString('base64url');
  return again === bare.replaceAll('+', '-').replaceAll('/', '_') ? bytes : undefined;
}
