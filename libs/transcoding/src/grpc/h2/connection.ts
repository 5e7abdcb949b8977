import type { IncomingHttpHeaders } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { CancelBudget } from '../cancel-budget.ts';
import { type Frame, FrameSplitter, FrameType, frameHead, Flag, requestFrames } from './frames.ts';
import { HpackDecoder } from './hpack.ts';

/** Hears of one stream. */
export interface StreamListener {
  response(headers: IncomingHttpHeaders, endStream: boolean): void;
  /** The bytes are the callee's only until it returns. */
  data(chunk: Buffer): void;
  trailers(headers: IncomingHttpHeaders): void;
  end(): void;
  /** The stream is over; see wasNotProcessed for whether it may be tried again. */
  failed(error: Error): void;
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const MAX_FRAME = 16_384;
const MAX_STREAM_ID = 0x7fff_0000;
const CONNECTION_WINDOW = 1 << 30;
const REFUSED_STREAM = 7;
const CANCEL = 8;
const READ_BYTES = 64 << 10;
/** Of a call that was cancelled without a word to the peer. */
const NOBODY: StreamListener = { response() {}, data() {}, trailers() {}, end() {}, failed() {} };
/** Streams that may run at once, a power of two. */
const PLACES = 1024;

interface Stream {
  readonly id: number;
  listener: StreamListener;
  answered: boolean;
}

/**
 * An HTTP/2 client connection for small calls that are sent whole and answered soon: what almost every call through a
 * gateway is. It costs a tenth of node:http2, which makes a stream object with all its events for each call. What does
 * not fit (large or streamed requests, a peer that allows no further stream) it declines, and node:http2 does it.
 * https://www.rfc-editor.org/rfc/rfc9113
 */
export class H2Connection {
  private readonly socket: Socket;
  private readonly splitter: FrameSplitter;
  private readonly hpack = new HpackDecoder();
  /** By id, round and round. A Map would keep streams that are over alive in the tables that it has outgrown. */
  private readonly streams = Array<Stream | undefined>(PLACES).fill(undefined);
  private running = 0;
  /** How many of the running ones nobody listens to. */
  private unheard = 0;
  private readonly budget = new CancelBudget();
  private readonly onGone: () => void;
  private nextId = 1;
  private maxStreams = 100;
  private sendWindow = 65_535;
  private streamWindow = 65_535;
  private received = 0;
  private gone = false;
  private out: Buffer[] = [];

  /** `maxBytes` is the largest answer; `onGone` hears when no further stream can be opened. */
  constructor(address: string, maxBytes: number, onGone: () => void) {
    const colon = address.lastIndexOf(':');
    this.onGone = onGone;
    this.splitter = new FrameSplitter((frame) => this.frame(frame));
    this.socket = connect({
      host: address.slice(0, colon),
      port: Number(address.slice(colon + 1)),
      noDelay: true,
      // One buffer for all reads: Node would make one of 64 KB for each.
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (size, buffer) => this.read(buffer as Buffer, size),
      },
    });
    this.socket.unref();
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new Error('the connection was closed')));
    const settings = Buffer.alloc(18);
    settings.writeUInt16BE(1, 0); // no dynamic table
    settings.writeUInt16BE(2, 6); // no push
    settings.writeUInt16BE(4, 12);
    settings.writeUInt32BE(maxBytes + MAX_FRAME, 14);
    this.send(PREFACE);
    this.send(frameHead(FrameType.SETTINGS, 0, 0, settings.length), settings);
    this.credit(CONNECTION_WINDOW - 65_535);
  }

  /** Sends a request whose headers are encoded. @returns its id, or undefined when it does not fit now */
  request(headers: Uint8Array, body: Buffer, listener: StreamListener): number | undefined {
    const room = Math.min(this.sendWindow, this.streamWindow, MAX_FRAME);
    const most = Math.min(this.maxStreams, PLACES);
    if (this.gone || this.running >= most || headers.length > MAX_FRAME || body.length > room) return undefined;
    // Calls that take very long may still stand in their places; an id may be left out.
    while (this.streams[placeOf(this.nextId)]) this.nextId += 2;
    const id = this.nextId;
    this.nextId += 2;
    this.streams[placeOf(id)] = { id, listener, answered: false };
    this.running++;
    this.sendWindow -= body.length;
    this.send(requestFrames(id, headers, body));
    if (id > MAX_STREAM_ID) this.leave();
    return id;
  }

  /** Tells the peer that nobody waits for this stream any more. */
  cancel(id: number): void {
    const stream = this.find(id);
    if (!stream) return;
    const allowed = this.budget.spend();
    if (allowed !== 'send') this.leave();
    if (allowed === 'keep') {
      stream.listener = NOBODY;
      this.unheard++;
    } else {
      this.take(id);
      const code = Buffer.alloc(4);
      code.writeUInt32BE(CANCEL);
      this.send(frameHead(FrameType.RST_STREAM, 0, id, 4), code);
    }
    this.endWhenIdle();
  }

  /** Ends when the running streams have ended. */
  close(): void {
    this.leave();
    this.endWhenIdle();
  }

  /** Writes of one turn of the event loop go out together. */
  private send(...buffers: Buffer[]): void {
    if (this.out.length === 0) setImmediate(() => this.flush());
    this.out.push(...buffers);
  }

  private flush(): void {
    const { out } = this;
    this.out = [];
    if (out.length && !this.socket.destroyed) this.socket.write(out.length === 1 ? out[0]! : Buffer.concat(out));
  }

  private read(buffer: Buffer, size: number): boolean {
    try {
      this.splitter.push(size === buffer.length ? buffer : buffer.subarray(0, size));
    } catch (error) {
      this.socket.destroy();
      this.fail(error as Error);
    }
    return true;
  }

  private frame(frame: Readonly<Frame>): void {
    const { type, flags, id, bytes, from, to } = frame;
    if (type === FrameType.DATA) this.onData(frame);
    else if (type === FrameType.HEADERS) this.onHeaders(frame);
    else if (type === FrameType.SETTINGS) this.onSettings(flags, bytes.subarray(from, to));
    else if (type === FrameType.PING && !(flags & Flag.ACK)) {
      this.send(frameHead(FrameType.PING, Flag.ACK, 0, to - from), Buffer.from(bytes.subarray(from, to)));
    } else if (type === FrameType.WINDOW_UPDATE && id === 0) this.sendWindow += number(frame, 0) & 0x7fff_ffff;
    else if (type === FrameType.RST_STREAM) this.onReset(id, number(frame, 0));
    else if (type === FrameType.GOAWAY) this.onGoAway(number(frame, 0) & 0x7fff_ffff);
  }

  private onData({ flags, id, bytes, from, to, length }: Readonly<Frame>): void {
    this.received += length;
    if (this.received > CONNECTION_WINDOW / 2) {
      this.credit(this.received);
      this.received = 0;
    }
    const stream = this.find(id);
    if (!stream) return;
    if (to > from) stream.listener.data(bytes.subarray(from, to));
    if (flags & Flag.END_STREAM) this.ended(id);
  }

  private onHeaders({ flags, id, bytes, from, to }: Readonly<Frame>): void {
    // Also of a stream that nobody waits for: the table must stay in step.
    const headers = this.hpack.decode(bytes, from, to);
    const stream = this.find(id);
    if (!stream) return;
    const endStream = (flags & Flag.END_STREAM) !== 0;
    if (stream.answered) stream.listener.trailers(headers);
    else if (!String(headers[':status']).startsWith('1')) {
      stream.answered = true;
      stream.listener.response(headers, endStream);
    }
    if (endStream) this.ended(id);
  }

  private ended(id: number): void {
    const stream = this.take(id);
    if (!stream) return;
    stream.listener.end();
    this.endWhenIdle();
  }

  private find(id: number): Stream | undefined {
    const stream = this.streams[placeOf(id)];
    return stream?.id === id ? stream : undefined;
  }

  private take(id: number): Stream | undefined {
    const stream = this.find(id);
    if (!stream) return undefined;
    this.streams[placeOf(id)] = undefined;
    this.running--;
    if (stream.listener === NOBODY) this.unheard--;
    return stream;
  }

  private onSettings(flags: number, payload: Buffer): void {
    if (flags & Flag.ACK) return;
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const value = payload.readUInt32BE(at + 2);
      const setting = payload.readUInt16BE(at);
      if (setting === 3) this.maxStreams = value;
      else if (setting === 4) this.streamWindow = value;
    }
    this.send(frameHead(FrameType.SETTINGS, Flag.ACK, 0, 0));
  }

  private onReset(id: number, code: number): void {
    const stream = this.take(id);
    if (!stream) return;
    const error = Object.assign(new Error(`reset with code ${code}`), code === REFUSED_STREAM && { refused: true });
    stream.listener.failed(error);
    this.endWhenIdle();
  }

  /** Streams behind the last one were not looked at: they may be sent again. */
  private onGoAway(lastId: number): void {
    this.leave();
    for (const stream of this.streams.filter((each) => each && each.id > lastId)) {
      const error = Object.assign(new Error('the backend is going away'), { code: 'ERR_HTTP2_GOAWAY_SESSION' });
      if (stream) this.take(stream.id)?.listener.failed(error);
    }
    this.endWhenIdle();
  }

  private credit(bytes: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(bytes);
    this.send(frameHead(FrameType.WINDOW_UPDATE, 0, 0, 4), payload);
  }

  private leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.onGone();
  }

  private endWhenIdle(): void {
    if (!this.gone || this.running > this.unheard) return;
    this.flush();
    // The end of the connection cancels what nobody listens to.
    if (this.running > 0) this.socket.destroySoon();
    else this.socket.end();
  }

  private fail(error: Error): void {
    this.leave();
    for (const stream of this.streams.slice()) if (stream) this.take(stream.id)?.listener.failed(error);
  }
}

function placeOf(id: number): number {
  return (id >>> 1) & (PLACES - 1);
}

/** @throws RangeError when the payload is too short for it */
function number({ bytes, from, to }: Readonly<Frame>, at: number): number {
  if (from + at + 4 > to) throw new RangeError('HTTP/2: a frame that is too short');
  return bytes.readUInt32BE(from + at);
}
