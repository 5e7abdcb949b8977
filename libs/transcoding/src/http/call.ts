import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { PassThrough, type Readable } from 'node:stream';
import { type Backend, type RequestHeaders, type SmallCall, wasNotProcessed } from '../grpc/backend.ts';
import { FrameReader, onlyMessage } from '../grpc/frames.ts';
import type { StreamListener } from '../grpc/h2/connection.ts';
import type { StreamSession } from '../grpc/stream-session.ts';
import { type GrpcStatus, readGrpcStatus } from '../grpc/grpc-status.ts';
import { deadlines, type Timed } from './deadlines.ts';
import { drained } from './drained.ts';

/** Hears how a call goes: headers, messages, end; or one of the other two. */
export interface CallListener {
  headers(headers: IncomingHttpHeaders): void;
  /** Returning a promise stops reading until it is settled. */
  message(message: Buffer): void | Promise<void>;
  end(status: GrpcStatus, trailers: IncomingHttpHeaders, trailersOnly: boolean): void;
  /** The backend answered, but not as a gRPC server. */
  plain(headers: IncomingHttpHeaders, body: Readable): void;
  /** The network failed, the deadline passed (`timeout`), or the response is too large. */
  failed(error: unknown): void;
}

/** Thrown into `failed` when the deadline passes. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

export interface CallOptions {
  readonly maxMessageBytes: number;
  /** The call has one request and one answer: it may go over the lane of small calls. */
  readonly small: boolean;
  /** ms; absent = none. */
  readonly deadlineMs?: number;
}

/** One gRPC call. It is its own listener on the lane of small calls: a closure for each event would cost more. */
export class Call implements Timed, StreamListener {
  /** Absent while the call goes over the lane of small ones. */
  private stream: ClientHttp2Stream | undefined;
  private session: StreamSession | undefined;
  /** Its connection and id while it goes over that lane. */
  private small: SmallCall | undefined;
  private readonly backend: Backend;
  private readonly headers: RequestHeaders;
  private readonly body: Buffer | undefined;
  private readonly listener: CallListener;
  private readonly maxMessageBytes: number;
  private again: boolean;
  private done = false;
  private answered = false;
  private deadline = -1;
  private reader: FrameReader | undefined;
  private plain: PassThrough | undefined;
  private status: GrpcStatus | undefined;
  private statusHeaders: IncomingHttpHeaders | undefined;

  /** With `body` the call is complete and sent again once if it never reached the backend. */
  constructor(
    backend: Backend,
    headers: RequestHeaders,
    body: Buffer | undefined,
    listener: CallListener,
    { maxMessageBytes, small, deadlineMs }: CallOptions,
  ) {
    this.backend = backend;
    this.headers = headers;
    this.body = body;
    this.listener = listener;
    this.maxMessageBytes = maxMessageBytes;
    this.again = body !== undefined;
    if (deadlineMs !== undefined) this.deadline = deadlines.add(this, deadlineMs);
    this.start(small);
  }

  /** Sends a part of the request; resolves when more may be sent. */
  write(framed: Buffer): Promise<void> | undefined {
    const { stream } = this;
    return this.done || !stream || stream.write(framed) ? undefined : drained(stream);
  }

  endRequest(): void {
    if (!this.done) this.stream?.end();
  }

  /** Tells the backend that nobody waits any more. */
  cancel(): void {
    this.finish();
    this.close();
  }

  /** The deadline has passed. */
  expire(): void {
    this.fail(new DeadlineError('upstream request timeout'));
  }

  private start(small: boolean): void {
    if (small && this.body) {
      this.small = this.backend.small(this.headers, this.body, this.maxMessageBytes, this);
      if (this.small) return;
    }
    const { stream, session } = this.backend.request(this.headers.object(), false);
    this.stream = stream;
    this.session = session;
    stream.once('response', (headers, flags) => this.onResponse(headers, (flags & 1) === 1, () => stream));
    stream.on('trailers', (trailers) => this.trailers(trailers));
    stream.on('data', (chunk: Buffer) => this.onData(chunk));
    stream.once('end', () => this.onEnd());
    stream.once('error', (error) => {
      if (!this.sentAgain(wasNotProcessed(error) || stream.rstCode === 7)) this.fail(error);
    });
    stream.once('close', () => {
      if (this.stream === stream && stream.rstCode !== 0) this.fail(new Error(`reset with code ${stream.rstCode}`));
    });
    if (this.body) stream.end(this.body);
  }

  /** Sends a call again, once, that the backend did not look at; false when it cannot be. */
  private sentAgain(notProcessed: boolean): boolean {
    if (!notProcessed || !this.again || this.answered || this.done) return false;
    this.again = false;
    this.start(false);
    return true;
  }

  private close(): void {
    if (this.stream) this.session?.cancel(this.stream);
    else this.small?.connection.cancel(this.small.id);
  }

  // What the lane of small calls tells.

  response(headers: IncomingHttpHeaders, endStream: boolean): void {
    this.onResponse(headers, endStream, () => (this.plain = new PassThrough()));
  }

  data(chunk: Buffer): void {
    if (this.plain) this.plain.write(Buffer.from(chunk));
    else if (!this.done) {
      const message = this.reader ? undefined : onlyMessage(chunk, this.maxMessageBytes);
      if (message) void this.listener.message(message);
      else this.onData(Buffer.from(chunk));
    }
  }

  trailers(trailers: IncomingHttpHeaders): void {
    const status = readGrpcStatus(trailers);
    if (!status) return;
    this.status = status;
    this.statusHeaders = trailers;
  }

  end(): void {
    this.plain?.end();
    this.onEnd();
  }

  failed(error: Error): void {
    this.plain?.destroy(error);
    if (!this.sentAgain(wasNotProcessed(error))) this.fail(error);
  }

  private onResponse(headers: IncomingHttpHeaders, endStream: boolean, plain: () => Readable): void {
    this.answered = true;
    if (this.done) return;
    if (!(headers['content-type'] ?? '').startsWith('application/grpc')) {
      this.finish();
      this.listener.plain(headers, plain());
      return;
    }
    const status = readGrpcStatus(headers);
    if (status && endStream) {
      this.finish();
      this.listener.end(status, headers, true);
      return;
    }
    if (status) {
      this.status = status;
      this.statusHeaders = headers;
    }
    this.listener.headers(headers);
  }

  private onData(chunk: Buffer): void {
    if (this.done) return;
    const reader = (this.reader ??= new FrameReader(this.maxMessageBytes));
    let waits: Promise<void>[] | undefined;
    try {
      for (const message of reader.push(chunk)) {
        const wait = this.listener.message(message);
        if (wait) (waits ??= []).push(wait);
      }
    } catch (error) {
      this.fail(error);
      return;
    }
    if (!waits) return;
    this.stream?.pause();
    void Promise.all(waits).then(() => this.stream?.resume());
  }

  private onEnd(): void {
    if (this.done) return;
    if (!this.status) {
      this.fail(new Error('the backend ended the call without a status'));
      return;
    }
    this.finish();
    this.listener.end(this.status, this.statusHeaders ?? {}, false);
  }

  private fail(error: unknown): void {
    if (this.done) return;
    this.finish();
    this.close();
    this.listener.failed(error);
  }

  private finish(): void {
    this.done = true;
    if (this.deadline >= 0) deadlines.delete(this.deadline);
    this.deadline = -1;
  }
}
