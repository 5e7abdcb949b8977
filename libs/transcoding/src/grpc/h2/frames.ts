/** https://www.rfc-editor.org/rfc/rfc9113#section-6 */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const Flag = { ACK: 1, END_STREAM: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 32 } as const;

const HEAD_BYTES = 9;
const MAX_PAYLOAD = 16_384;
const MAX_BLOCK = 64 << 10;
const EMPTY: Buffer = Buffer.alloc(0);

/** The nine bytes before a payload. */
export function frameHead(type: number, flags: number, id: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES);
  writeHead(bytes, 0, type, flags, id, length);
  return bytes;
}

function writeHead(bytes: Buffer, at: number, type: number, flags: number, id: number, length: number): void {
  bytes[at] = length >>> 16;
  bytes[at + 1] = length >>> 8;
  bytes[at + 2] = length;
  bytes[at + 3] = type;
  bytes[at + 4] = flags;
  bytes[at + 5] = id >>> 24;
  bytes[at + 6] = id >>> 16;
  bytes[at + 7] = id >>> 8;
  bytes[at + 8] = id;
}

/** A whole request in one piece. */
export function requestFrames(id: number, headers: Uint8Array, body: Uint8Array): Buffer {
  const data = HEAD_BYTES + headers.length;
  const bytes = Buffer.allocUnsafe(data + HEAD_BYTES + body.length);
  writeHead(bytes, 0, FrameType.HEADERS, Flag.END_HEADERS, id, headers.length);
  bytes.set(headers, HEAD_BYTES);
  writeHead(bytes, data, FrameType.DATA, Flag.END_STREAM, id, body.length);
  bytes.set(body, data + HEAD_BYTES);
  return bytes;
}

/** One frame. Its payload without padding is `bytes` from `from` to `to`, for as long as the call lasts. */
export interface Frame {
  type: number;
  flags: number;
  id: number;
  bytes: Buffer;
  from: number;
  to: number;
  /** Of the payload as it came, with its padding: what flow control counts. */
  length: number;
}

type FrameHandler = (frame: Readonly<Frame>) => void;

/** Cuts bytes into frames; header blocks come whole and padding is gone. */
export class FrameSplitter {
  private readonly handle: FrameHandler;
  /** One for all: it is read at once. */
  private readonly frame: Frame = { type: 0, flags: 0, id: 0, bytes: EMPTY, from: 0, to: 0, length: 0 };
  private rest: Buffer = EMPTY;
  private block: { flags: number; id: number; parts: Buffer[]; bytes: number } | undefined;

  constructor(handle: FrameHandler) {
    this.handle = handle;
  }

  /**
   * Keeps nothing of `chunk`: it may be written over afterwards.
   * @throws Error when the peer does not speak HTTP/2
   */
  push(chunk: Buffer): void {
    const bytes = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= HEAD_BYTES) {
      const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
      if (length > MAX_PAYLOAD) throw new Error('HTTP/2: a frame that is too large');
      const from = at + HEAD_BYTES;
      if (from + length > bytes.length) break;
      const { frame } = this;
      frame.type = bytes[at + 3] as number;
      frame.flags = bytes[at + 4] as number;
      frame.id = bytes.readUInt32BE(at + 5) & 0x7fff_ffff;
      frame.bytes = bytes;
      frame.from = from;
      frame.to = from + length;
      frame.length = length;
      this.take(frame);
      at = from + length;
    }
    this.rest = at === bytes.length ? EMPTY : Buffer.from(bytes.subarray(at));
  }

  private take(frame: Frame): void {
    const { type, flags, id } = frame;
    const hasBlock = type === FrameType.HEADERS;
    if ((hasBlock || type === FrameType.DATA) && flags & (Flag.PADDED | Flag.PRIORITY)) {
      if (flags & Flag.PADDED) frame.to -= frame.bytes[frame.from++] ?? 0;
      if (hasBlock && flags & Flag.PRIORITY) frame.from += 5;
      if (frame.from > frame.to) throw new Error('HTTP/2: more padding than payload');
    }
    if (this.block || type === FrameType.CONTINUATION) this.continue(frame);
    else if (hasBlock && !(flags & Flag.END_HEADERS)) {
      const part = Buffer.from(frame.bytes.subarray(frame.from, frame.to));
      this.block = { flags, id, parts: [part], bytes: part.length };
    } else this.handle(frame);
  }

  private continue(frame: Frame): void {
    const { block } = this;
    if (!block || frame.type !== FrameType.CONTINUATION || frame.id !== block.id) {
      throw new Error('HTTP/2: a frame out of place');
    }
    block.parts.push(Buffer.from(frame.bytes.subarray(frame.from, frame.to)));
    block.bytes += frame.length;
    if (block.bytes > MAX_BLOCK) throw new Error('HTTP/2: a header block that is too large');
    if (!(frame.flags & Flag.END_HEADERS)) return;
    this.block = undefined;
    frame.type = FrameType.HEADERS;
    frame.flags = block.flags;
    frame.bytes = Buffer.concat(block.parts);
    frame.from = 0;
    frame.to = block.bytes;
    this.handle(frame);
  }
}
