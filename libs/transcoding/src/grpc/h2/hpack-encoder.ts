import type { OutgoingHttpHeaders } from 'node:http2';

const MAX_NAMES = 256;
const FIRST_BYTES = 32 << 10;
/** Longer text is copied faster by the engine's own code. */
const SHORT = 40;
/** The encoded names that were seen: clients and gateways send the same few again and again. */
const names = new Map<string, Uint8Array>();
let scratch: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
let at = 0;

/**
 * Begins a block behind `prefix`, which is an encoded block itself. Nothing is put into a table or compressed: the
 * connection is local, and what is not kept cannot leak.
 */
export function beginBlock(prefix?: Uint8Array): void {
  at = 0;
  if (prefix) writeBytes(prefix);
}

/** Writes one header, its name in lower case; of a list each value. */
export function writeHeader(name: string, value: string | readonly string[]): void {
  const encodedName = names.get(name) ?? encodeName(name);
  if (typeof value === 'string') writeField(encodedName, value);
  else for (const each of value) writeField(encodedName, each);
}

/** @returns the bytes of the block; the next one is written over them */
export function endBlock(): Buffer {
  return scratch.subarray(0, at);
}

/** A whole block; with a prefix without pseudo-headers of its own. */
export function encodeHeaders(headers: OutgoingHttpHeaders, prefix?: Uint8Array): Buffer {
  beginBlock(prefix);
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || (prefix !== undefined && name.charCodeAt(0) === 0x3a)) continue;
    writeHeader(name, typeof value === 'number' ? String(value) : value);
  }
  return endBlock();
}

function writeField(encodedName: Uint8Array, value: string): void {
  writeBytes(encodedName);
  writeText(value);
}

/** A literal that is in no table, https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2 */
function encodeName(name: string): Uint8Array {
  if (names.size >= MAX_NAMES) names.clear();
  const before = at;
  reserve(1);
  scratch[at++] = 0;
  writeText(name);
  const encoded = Uint8Array.prototype.slice.call(scratch, before, at);
  at = before;
  names.set(name, encoded);
  return encoded;
}

/** A byte for each character: header values are no more than latin1. */
function writeText(text: string): void {
  const { length } = text;
  reserve(length + 6);
  if (length < 127) scratch[at++] = length;
  else {
    scratch[at++] = 127;
    let rest = length - 127;
    for (; rest >= 128; rest = Math.floor(rest / 128)) scratch[at++] = (rest & 127) | 128;
    scratch[at++] = rest;
  }
  if (length <= SHORT) for (let index = 0; index < length; index++) scratch[at++] = text.charCodeAt(index);
  else at += scratch.write(text, at, 'latin1');
}

function writeBytes(bytes: Uint8Array): void {
  reserve(bytes.length);
  for (let index = 0; index < bytes.length; index++) scratch[at++] = bytes[index] as number;
}

function reserve(bytes: number): void {
  if (scratch.length - at >= bytes) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * scratch.length, at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}
