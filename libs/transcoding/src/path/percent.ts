/** Which escapes of a multi-segment path variable are decoded. Single segments and queries are always decoded fully. */
export type UnescapeSpec = 'ALL_CHARACTERS_EXCEPT_RESERVED' | 'ALL_CHARACTERS_EXCEPT_SLASH' | 'ALL_CHARACTERS';

/** Reserved by RFC 6570, https://www.rfc-editor.org/rfc/rfc6570#section-1.5 */
const RESERVED = new Set(Array.from("!#$&'()*+,/:;=?@[]", (char) => char.charCodeAt(0)));
const ESCAPE = /%[0-9A-Fa-f]{2}/;
const ESCAPES = /%[0-9A-Fa-f]{2}/g;

/** Decodes %XX; what is no escape stays. Bytes that are no UTF-8 become U+FFFD. */
export function unescapeAll(text: string): string {
  return ESCAPE.test(text) ? decode(text, () => true) : text;
}

/** Decodes a segment of a multi-segment variable. */
export function unescapeSegment(text: string, spec: UnescapeSpec): string {
  if (!ESCAPE.test(text)) return text;
  if (spec === 'ALL_CHARACTERS') return decode(text, () => true);
  if (spec === 'ALL_CHARACTERS_EXCEPT_SLASH') return decode(text, (byte) => byte !== 0x2f);
  return decode(text, (byte) => !RESERVED.has(byte));
}

/** Decodes the escapes of RFC 3986 unreserved characters only: the two spellings are the same URL. */
export function unescapeUnreserved(text: string): string {
  return text.replace(ESCAPES, (escape) => {
    const char = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(char) ? char : escape;
  });
}

function decode(text: string, wanted: (byte: number) => boolean): string {
  const bytes = Buffer.from(text, 'utf8');
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] === 0x25 ? escapedByte(bytes, at) : -1;
    if (byte >= 0 && wanted(byte)) {
      bytes[length++] = byte;
      at += 2;
    } else bytes[length++] = bytes[at] as number;
  }
  return bytes.toString('utf8', 0, length);
}

function escapedByte(bytes: Buffer, at: number): number {
  const high = hexDigit(bytes[at + 1]);
  const low = hexDigit(bytes[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
