const SHORT = 48;

/**
 * The JSON string of UTF-8 bytes. Short ones that need no escape, which is most of them, are copied as they are; for
 * the rest the engine's own decoder and encoder are faster.
 */
export function printString(bytes: Buffer, from: number, to: number): string {
  if (to - from <= SHORT && isPlain(bytes, from, to)) return `"${bytes.toString('latin1', from, to)}"`;
  return JSON.stringify(bytes.toString('utf8', from, to));
}

/** ASCII without controls, quotes and backslashes. */
function isPlain(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) return false;
  }
  return true;
}
