/** A message as it goes over the wire: a zero byte (not compressed), the length, the message. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(5 + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}

/** Why a response cannot be read any further. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const EMPTY: Buffer = Buffer.alloc(0);

/** Cuts the bytes of a gRPC response into messages. */
export class FrameReader {
  private readonly maxBytes: number;
  private buffer: Buffer = EMPTY;

  /** `maxBytes` = the largest message that is taken, its five bytes of prefix included, as Envoy counts. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** @throws FrameError when a message is too large or compressed */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
    const found: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= 5) {
      const length = bytes.readUInt32BE(at + 1);
      if (5 + length > this.maxBytes) throw new FrameError(`message of ${length} bytes, the limit is ${this.maxBytes}`);
      if (bytes[at] !== 0) throw new FrameError('compressed message, none was asked for');
      if (bytes.length - at < 5 + length) break;
      found.push(bytes.subarray(at + 5, at + 5 + length));
      at += 5 + length;
    }
    this.buffer = at === bytes.length ? EMPTY : bytes.subarray(at);
    return found;
  }

  /** Whether a message has begun and not ended. */
  get partial(): boolean {
    return this.buffer.length > 0;
  }
}
