/**
 * Decodes base64 in either alphabet, with or without padding; undefined when it is neither. White space and bits behind
 * the last byte do not matter: so does Envoy.
 */
export function decodeBase64(given: string): Uint8Array | undefined {
  const text = given.replace(/\s/g, '');
  const bare = text.replace(/=+$/, '');
  if (text.length !== bare.length && text.length % 4 !== 0) return undefined;
  if (bare.length % 4 === 1 || !/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)$/.test(bare)) return undefined;
  return Buffer.from(bare, 'base64');
}
