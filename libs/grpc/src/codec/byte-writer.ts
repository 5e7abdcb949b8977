/** Thrown, without a stack, for a value that the quick encoder leaves to protobuf-es. */
export const UNUSUAL: unique symbol = Symbol('a value for protobuf-es');

const INITIAL_BYTES = 4096;
/** A buffer that one large message made grow beyond this is not kept. */
const KEPT_BYTES = 256 * 1024;
/** Up to here a loop over the characters beats the way into C++. */
const SHORT_TEXT = 48;

/**
 * Protobuf's wire format (https://protobuf.dev/programming-guides/encoding/) into one buffer that is used again. Values
 * that are not exactly what their type asks for are UNUSUAL; protobuf-es converts them or says what is wrong.
 */
export class ByteWriter {
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** A copy of what was written; the writer starts anew. */
  finish(): Buffer {
    const written = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.reset();
    return written;
  }

  reset(): void {
    this.#at = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#use(Buffer.allocUnsafeSlow(INITIAL_BYTES));
  }

  /** A varint of an integer from 0 to 2^32 - 1 that the caller has checked: tags and lengths. */
  varint(value: number): void {
    this.#reserve(5);
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  uint32(value: unknown): void {
    if (typeof value !== 'number' || value >>> 0 !== value) throw UNUSUAL;
    this.varint(value);
  }

  int32(value: unknown): void {
    if (typeof value !== 'number' || (value | 0) !== value) throw UNUSUAL;
    if (value >= 0) this.varint(value);
    else this.#varint64(BigInt(value));
  }

  int64(value: unknown): void {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw UNUSUAL;
    this.#varint64(value);
  }

  uint64(value: unknown): void {
    if (typeof value !== 'bigint' || BigInt.asUintN(64, value) !== value) throw UNUSUAL;
    this.#varint64(value);
  }

  bool(value: unknown): void {
    if (typeof value !== 'boolean') throw UNUSUAL;
    this.varint(value ? 1 : 0);
  }

  double(value: unknown): void {
    if (typeof value !== 'number') throw UNUSUAL;
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  float(value: unknown): void {
    if (typeof value !== 'number' || Number.isFinite(value) !== Number.isFinite(Math.fround(value))) throw UNUSUAL;
    this.#reserve(4);
    this.#view.setFloat32(this.#at, value, true);
    this.#at += 4;
  }

  bytes(value: unknown): void {
    if (!(value instanceof Uint8Array)) throw UNUSUAL;
    this.varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  string(value: unknown): void {
    if (typeof value !== 'string') throw UNUSUAL;
    if (value.length <= SHORT_TEXT && this.#ascii(value)) return;
    this.#reserve(value.length * 3);
    const start = this.open();
    this.#at += this.#bytes.write(value, this.#at);
    this.close(start);
  }

  /** Starts something whose length comes before it; give what is returned to close(). */
  open(): number {
    this.#reserve(1);
    this.#at += 1; // most lengths take one byte; close() makes room for more
    return this.#at;
  }

  close(start: number): void {
    const length = this.#at - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    const more = length < 0x4000 ? 1 : length < 0x200000 ? 2 : length < 0x10000000 ? 3 : 4;
    this.#reserve(more);
    this.#bytes.copyWithin(start + more, start, this.#at);
    this.#at = start - 1;
    this.varint(length);
    this.#at += length;
  }

  /** Writes a short text when it is ASCII, or nothing. */
  #ascii(value: string): boolean {
    const { length } = value;
    this.#reserve(length + 1);
    const bytes = this.#bytes;
    const start = this.#at + 1;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[start + i] = code;
    }
    bytes[start - 1] = length;
    this.#at = start + length;
    return true;
  }

  #varint64(value: bigint): void {
    this.#reserve(10);
    if (value >= 0n && value <= 0x7fffffffn) {
      this.varint(Number(value));
      return;
    }
    let low = Number(value & 0xffffffffn);
    let high = Number((value >> 32n) & 0xffffffffn);
    while (high > 0 || low > 0x7f) {
      this.#bytes[this.#at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#bytes[this.#at++] = low;
  }

  #reserve(more: number): void {
    const needed = this.#at + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#use(larger);
  }

  #use(bytes: ReturnType<typeof Buffer.allocUnsafeSlow>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
