const FIRST_BYTES = 4096;
const KEPT_BYTES = 64 << 10;
/** Longer strings the engine's own decoder and encoder escape faster. */
const LONG = 512;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** 1 for the bytes that cannot stand in a JSON string as they are, or are no ASCII. */
const SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte > 0x7e || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);

/**
 * JSON being written, byte by byte: an answer pieced together from strings leaves several times its size behind for the
 * garbage collector. Used again and again; `take` gives the text and begins anew.
 */
export class JsonText {
  private bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private at = 0;
  private ascii = true;

  /** Throws away what was written. */
  clear(): void {
    this.at = 0;
    this.ascii = true;
    if (this.bytes.length > KEPT_BYTES) this.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  take(): string {
    const text = this.bytes.toString(this.ascii ? 'latin1' : 'utf8', 0, this.at);
    this.clear();
    return text;
  }

  /** Writes one ASCII character. */
  char(code: number): void {
    if (this.at === this.bytes.length) this.grow(1);
    this.bytes[this.at++] = code;
  }

  /** Writes 0 to 99 as two digits. */
  twoDigits(value: number): void {
    const tens = Math.floor(value / 10);
    this.char(0x30 + tens);
    this.char(0x30 + value - 10 * tens);
  }

  /** Writes what is JSON already. */
  text(text: string): void {
    const { length } = text;
    // A character of UTF-16 takes three bytes of UTF-8 at most.
    if (this.bytes.length - this.at < 3 * length) this.grow(3 * length);
    const { bytes } = this;
    let { at } = this;
    if (length <= 32) {
      let index = 0;
      for (; index < length; index++) {
        const code = text.charCodeAt(index);
        if (code > 0x7f) break;
        bytes[at++] = code;
      }
      if (index === length) {
        this.at = at;
        return;
      }
    }
    const written = bytes.write(text, this.at, 'utf8');
    if (written !== length) this.ascii = false;
    this.at += written;
  }

  /** Writes UTF-8 as a JSON string. */
  string(from: Buffer, start: number, end: number): void {
    if (end - start > LONG || !this.plainString(from, start, end)) {
      this.text(JSON.stringify(from.toString('utf8', start, end)));
    }
  }

  /** Copies what needs no escape; false when something does, or is no ASCII. */
  private plainString(from: Buffer, start: number, end: number): boolean {
    const size = end - start + 2;
    if (this.bytes.length - this.at < size) this.grow(size);
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = QUOTE;
    let index = start;
    // Four at a time take half as long.
    for (const last = end - 3; index < last; index += 4, at += 4) {
      const first = from[index] as number;
      const second = from[index + 1] as number;
      const third = from[index + 2] as number;
      const fourth = from[index + 3] as number;
      if (special(first) | special(second) | special(third) | special(fourth)) return false;
      bytes[at] = first;
      bytes[at + 1] = second;
      bytes[at + 2] = third;
      bytes[at + 3] = fourth;
    }
    for (; index < end; index++) {
      const byte = from[index] as number;
      if (special(byte)) return false;
      bytes[at++] = byte;
    }
    bytes[at++] = QUOTE;
    this.at = at;
    return true;
  }

  private grow(size: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.at + size));
    this.bytes.copy(bytes, 0, 0, this.at);
    this.bytes = bytes;
  }
}

function special(byte: number): number {
  return SPECIAL[byte] as number;
}
