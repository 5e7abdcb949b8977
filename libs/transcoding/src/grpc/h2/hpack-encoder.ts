import type { OutgoingHttpHeaders } from 'node:http2';

const MAX_NAMES = 256;
/** The encoded names that were seen: clients and gateways send the same few again and again. */
const names = new Map<string, string>();

/**
 * Writes headers behind `prefix`, which is an encoded block itself, without any table or compression: the connection is
 * local, and what is not kept cannot leak. Pseudo-headers are written only when there is no prefix.
 * @returns the bytes of the block, one character (latin1) for each: text is built and copied faster than bytes
 */
export function encodeHeaders(headers: OutgoingHttpHeaders, prefix?: string): string {
  let block = prefix ?? '';
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || (prefix !== undefined && name.charCodeAt(0) === 0x3a)) continue;
    const encodedName = names.get(name) ?? encodeName(name);
    if (Array.isArray(value)) for (const each of value) block += encodedName + encodeText(each);
    else block += encodedName + encodeText(String(value));
  }
  return block;
}

/** A literal that is in no table, https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2 */
function encodeName(name: string): string {
  if (names.size >= MAX_NAMES) names.clear();
  const encoded = `\0${encodeText(name)}`;
  names.set(name, encoded);
  return encoded;
}

function encodeText(text: string): string {
  if (text.length < 127) return String.fromCharCode(text.length) + text;
  let length = '\x7f';
  let rest = text.length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length += String.fromCharCode((rest & 127) | 128);
  return length + String.fromCharCode(rest) + text;
}
