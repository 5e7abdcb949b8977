/** Reads the wire format of protobuf, https://protobuf.dev/programming-guides/encoding/. Throws RangeError at the end. */
export class WireReader {
  readonly bytes: Buffer;
  readonly end: number;
  at: number;

  constructor(bytes: Buffer, at = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** The low 32 bits of a varint, unsigned. */
  uint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw new RangeError('a varint of more than ten bytes');
  }

  /** A varint of 64 bits, unsigned; small ones cost no BigInt. */
  uint64(): number | bigint {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 7; count++) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
    let big = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      big |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, big);
    }
    throw new RangeError('a varint of more than ten bytes');
  }

  /** Where a length-delimited field ends; its bytes are from `at` to there. */
  limit(): number {
    const length = this.uint32();
    const limit = this.at + length;
    if (limit > this.end) throw new RangeError('a field is longer than its message');
    return limit;
  }

  /** A reader of the part from here to there. */
  within(limit: number): WireReader {
    return new WireReader(this.bytes, this.at, limit);
  }

  /** Takes so many bytes; returns where they begin. */
  fixed(size: number): number {
    const from = this.at;
    if (from + size > this.end) throw new RangeError('a field is longer than its message');
    this.at += size;
    return from;
  }

  /** Passes over a field of this wire type. */
  skip(wireType: number, no: number): void {
    if (wireType === 0) this.uint64();
    else if (wireType === 1) this.fixed(8);
    else if (wireType === 2) this.at = this.limit();
    else if (wireType === 5) this.fixed(4);
    else if (wireType === 3) this.group(no);
    else throw new RangeError(`wire type ${wireType}`);
  }

  /** Passes over a group whose start tag is read; returns where its content ends. */
  group(no: number, depth = 0): number {
    if (depth > 100) throw new RangeError('more than 100 levels deep');
    for (;;) {
      const before = this.at;
      const tag = this.uint32();
      if ((tag & 7) === 4) {
        if (tag >>> 3 !== no) throw new RangeError('a group ends that did not begin');
        return before;
      }
      if ((tag & 7) === 3) this.group(tag >>> 3, depth + 1);
      else this.skip(tag & 7, tag >>> 3);
    }
  }

  private byte(): number {
    if (this.at >= this.end) throw new RangeError('the message ends within a field');
    return this.bytes[this.at++] as number;
  }
}
