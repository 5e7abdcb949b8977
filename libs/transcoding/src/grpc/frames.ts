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

const PREFIX_BYTES = 5;

/**
 * The message of a chunk that holds one message, whole: a copy. Undefined for any other chunk, which FrameReader reads.
 */
export function onlyMessage(chunk: Buffer, maxBytes: number): Buffer | undefined {
  const { length } = chunk;
  if (length < PREFIX_BYTES || length > maxBytes || chunk[0] !== 0) return undefined;
  if (chunk.readUInt32BE(1) !== length - PREFIX_BYTES) return undefined;
  const message = Buffer.allocUnsafe(length - PREFIX_BYTES);
  chunk.copy(message, 0, PREFIX_BYTES);
  return message;
}

/** Cuts the bytes of a gRPC response into messages. */
export class FrameReader {
  private readonly maxBytes: number;
  /** What has come of a message that is not whole yet: joined once, when it is. */
  private parts: Buffer[] = [];
  private size = 0;
  private wanted = PREFIX_BYTES;

  /** `maxBytes` = the largest message that is taken, its five bytes of prefix included, as Envoy counts. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** @throws FrameError when a message is too large or compressed */
  push(chunk: Buffer): Buffer[] {
    this.parts.push(chunk);
    this.size += chunk.length;
    if (this.size < this.wanted) return [];
    const bytes = this.parts.length === 1 ? chunk : Buffer.concat(this.parts, this.size);
    const found: Buffer[] = [];
    let at = 0;
    this.wanted = PREFIX_BYTES;
    while (bytes.length - at >= PREFIX_BYTES) {
      const length = bytes.readUInt32BE(at + 1);
      const end = PREFIX_BYTES + length;
      if (end > this.maxBytes) throw new FrameError(`message of ${length} bytes, the limit is ${this.maxBytes}`);
      if (bytes[at] !== 0) throw new FrameError('compressed message, none was asked for');
      if (bytes.length - at < end) {
        this.wanted = end;
        break;
      }
      found.push(bytes.subarray(at + PREFIX_BYTES, at + end));
      at += end;
    }
    this.size = bytes.length - at;
    this.parts = this.size === 0 ? [] : [bytes.subarray(at)];
    return found;
  }

  /** Whether a message has begun and not ended. */
  get partial(): boolean {
    return this.size > 0;
  }
}
