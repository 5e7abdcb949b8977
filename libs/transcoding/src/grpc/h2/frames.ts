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

/** A whole request in one piece; `headers` holds a byte in each character. */
export function requestFrames(id: number, headers: string, body: Uint8Array): Buffer {
  const data = HEAD_BYTES + headers.length;
  const bytes = Buffer.allocUnsafe(data + HEAD_BYTES + body.length);
  writeHead(bytes, 0, FrameType.HEADERS, Flag.END_HEADERS, id, headers.length);
  bytes.write(headers, HEAD_BYTES, 'latin1');
  writeHead(bytes, data, FrameType.DATA, Flag.END_STREAM, id, body.length);
  bytes.set(body, data + HEAD_BYTES);
  return bytes;
}

type FrameHandler = (type: number, flags: number, id: number, payload: Buffer) => void;

/** Cuts bytes into frames; header blocks come whole and padding is gone. */
export class FrameSplitter {
  private readonly handle: FrameHandler;
  private rest: Buffer = EMPTY;
  private block: { flags: number; id: number; parts: Buffer[]; bytes: number } | undefined;

  constructor(handle: FrameHandler) {
    this.handle = handle;
  }

  /** @throws Error when the peer does not speak HTTP/2 */
  push(chunk: Buffer): void {
    const bytes = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= HEAD_BYTES) {
      const length = bytes.readUIntBE(at, 3);
      if (length > MAX_PAYLOAD) throw new Error('HTTP/2: a frame that is too large');
      const end = at + HEAD_BYTES + length;
      if (end > bytes.length) break;
      const flags = bytes[at + 4] as number;
      const id = bytes.readUInt32BE(at + 5) & 0x7fff_ffff;
      this.take(bytes[at + 3] as number, flags, id, bytes.subarray(at + HEAD_BYTES, end));
      at = end;
    }
    this.rest = at === bytes.length ? EMPTY : bytes.subarray(at);
  }

  private take(type: number, flags: number, id: number, payload: Buffer): void {
    if (this.block || type === FrameType.CONTINUATION) this.continue(type, flags, id, payload);
    else if (type === FrameType.HEADERS) {
      const block = unpadded(flags, payload, (flags & Flag.PRIORITY) !== 0 ? 5 : 0);
      if (flags & Flag.END_HEADERS) this.handle(type, flags, id, block);
      else this.block = { flags, id, parts: [block], bytes: block.length };
    } else if (type === FrameType.DATA) this.handle(type, flags, id, unpadded(flags, payload, 0));
    else this.handle(type, flags, id, payload);
  }

  private continue(type: number, flags: number, id: number, payload: Buffer): void {
    const { block } = this;
    if (!block || type !== FrameType.CONTINUATION || id !== block.id) throw new Error('HTTP/2: a frame out of place');
    block.parts.push(payload);
    block.bytes += payload.length;
    if (block.bytes > MAX_BLOCK) throw new Error('HTTP/2: a header block that is too large');
    if (!(flags & Flag.END_HEADERS)) return;
    this.block = undefined;
    this.handle(FrameType.HEADERS, block.flags, id, Buffer.concat(block.parts));
  }
}

function unpadded(flags: number, payload: Buffer, skip: number): Buffer {
  if (!(flags & Flag.PADDED)) return skip ? payload.subarray(skip) : payload;
  const padding = payload[0] ?? 0;
  if (1 + skip + padding > payload.length) throw new Error('HTTP/2: more padding than payload');
  return payload.subarray(1 + skip, payload.length - padding);
}
