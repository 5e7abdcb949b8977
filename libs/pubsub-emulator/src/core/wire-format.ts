/** Reads protobuf's wire format where it lies: https://protobuf.dev/programming-guides/encoding/ */
export class Reader {
  position: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #wireType = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.position = start;
    this.#end = end;
  }

  done(): boolean {
    return this.position >= this.#end;
  }

  /** The next field's number. */
  tag(): number {
    const tag = this.varint();
    this.#wireType = tag & 7;
    if (tag < 8) throw new RangeError('malformed message: field number 0');
    return tag >>> 3;
  }

  isBytes(): boolean {
    return this.#wireType === 2;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      if (this.position >= this.#end) throw new RangeError('malformed message: it ends inside a number');
      const byte = this.#bytes[this.position++] as number;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
    throw new RangeError('malformed message: a number of more than 10 bytes');
  }

  /** The length of a length-delimited field, checked against the end. */
  length(): number {
    const length = this.varint();
    if (this.position + length > this.#end) throw new RangeError('malformed message: it ends inside a field');
    return length;
  }

  string(length: number): string {
    const from = this.position;
    this.position += length;
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + from, length).toString('utf8');
  }

  skip(): void {
    if (this.#wireType === 0) this.varint();
    else if (this.#wireType === 1) this.position += 8;
    else if (this.#wireType === 2) {
      const length = this.length();
      this.position += length;
    } else if (this.#wireType === 5) this.position += 4;
    else throw new RangeError(`malformed message: wire type ${this.#wireType}`);
    if (this.position > this.#end) throw new RangeError('malformed message: it ends inside a field');
  }
}

export const varintSize = (value: number): number => {
  let size = 1;
  for (let rest = value; rest >= 128; rest /= 128) size++;
  return size;
};

/** Writes a non-negative integer and gives the position after it. */
export function writeVarint(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  let position = at;
  while (rest >= 128) {
    out[position++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  out[position++] = rest;
  return position;
}
