import type { IncomingHttpHeaders } from 'node:http2';
import { decodeHuffman } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';

/** Blocks that are remembered, a power of two, and their bytes at most. */
const SLOTS = 64;
const MAX_KNOWN_BYTES = 256;
const MAX_LIST_BYTES = 64 << 10;

interface KnownBlock {
  readonly bytes: Buffer;
  readonly headers: IncomingHttpHeaders;
}

/** Reads header blocks, https://www.rfc-editor.org/rfc/rfc7541 */
export class HpackDecoder {
  private readonly dynamic: [name: string, value: string][] = [];
  private dynamicBytes = 0;
  private maxDynamicBytes = 4096;
  private bytes: Buffer = Buffer.alloc(0);
  private at = 0;
  private end = 0;
  /** Blocks that need no dynamic table mean the same each time: servers send the same few again and again. */
  private readonly known = Array<KnownBlock | undefined>(SLOTS).fill(undefined);

  /**
   * The headers of a block; repeated names are joined. The object is shared: it must not be changed.
   * @throws Error when the block is malformed
   */
  decode(block: Buffer, from = 0, to: number = block.length): IncomingHttpHeaders {
    const mayBeKnown = to - from <= MAX_KNOWN_BYTES;
    const slot = mayBeKnown ? slotOf(block, from, to) : 0;
    const before = this.known[slot];
    if (before !== undefined && isSame(before.bytes, block, from, to)) return before.headers;
    this.bytes = block;
    this.at = from;
    this.end = to;
    const headers: Record<string, string> = {};
    let stateless = true;
    let size = 0;
    while (this.at < to) {
      const first = block[this.at] as number;
      if ((first & 0xe0) === 0x20) {
        this.resize(this.integer(5));
        stateless = false;
        continue;
      }
      const indexed = first >= 0x80;
      const adds = !indexed && first >= 0x40;
      const index = this.integer(indexed ? 7 : adds ? 6 : 4);
      if (adds || index > STATIC_TABLE.length) stateless = false;
      const name = index === 0 ? this.text() : this.entry(index)[0];
      const value = indexed ? this.entry(index)[1] : this.text();
      if (adds) this.add(name, value);
      size += name.length + value.length + 32;
      if (size > MAX_LIST_BYTES) throw new Error('HPACK: too many headers');
      const joined = headers[name];
      headers[name] = joined === undefined ? value : `${joined}, ${value}`;
    }
    if (stateless && mayBeKnown) {
      this.known[slot] = { bytes: Buffer.from(block.subarray(from, to)), headers };
    }
    return headers;
  }

  private entry(index: number): readonly [name: string, value: string] {
    const found = STATIC_TABLE[index - 1] ?? this.dynamic[index - 1 - STATIC_TABLE.length];
    if (!found) throw new Error(`HPACK: there is no entry ${index}`);
    return found;
  }

  private add(name: string, value: string): void {
    this.dynamic.unshift([name, value]);
    this.dynamicBytes += name.length + value.length + 32;
    this.evict();
  }

  private resize(bytes: number): void {
    if (bytes > 4096) throw new Error('HPACK: a larger table than was offered');
    this.maxDynamicBytes = bytes;
    this.evict();
  }

  private evict(): void {
    while (this.dynamicBytes > this.maxDynamicBytes) {
      const [name, value] = this.dynamic.pop() ?? ['', ''];
      this.dynamicBytes -= name.length + value.length + 32;
    }
  }

  private integer(bits: number): number {
    const mask = (1 << bits) - 1;
    let value = this.byte() & mask;
    if (value < mask) return value;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (value > 1 << 24) throw new Error('HPACK: a number too large');
      if (byte < 128) return value;
    }
  }

  private text(): string {
    const huffman = ((this.bytes[this.at] ?? 0) & 0x80) !== 0;
    const length = this.integer(7);
    const from = this.at;
    const to = from + length;
    if (to > this.end) throw new Error('HPACK: a string longer than its block');
    this.at = to;
    return huffman ? decodeHuffman(this.bytes, from, to) : this.bytes.toString('latin1', from, to);
  }

  private byte(): number {
    if (this.at >= this.end) throw new Error('HPACK: the block ends too early');
    return this.bytes[this.at++] as number;
  }
}

/** Where a block is remembered (FNV-1a). Of two that fall together the newer one is. */
function slotOf(block: Buffer, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (block[at] as number), 0x01000193);
  return (hash ^ (hash >>> 16)) & (SLOTS - 1);
}

function isSame(known: Buffer, block: Buffer, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let at = from; at < to; at++) if (known[at - from] !== block[at]) return false;
  return true;
}
