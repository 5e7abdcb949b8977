import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { PassThrough, type Readable } from 'node:stream';
import { type Backend, wasNotProcessed } from '../grpc/backend.ts';
import { FrameReader } from '../grpc/frames.ts';
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

/** One gRPC call. */
export class Call implements Timed {
  /** Absent while the call goes over the lane of small ones. */
  private stream: ClientHttp2Stream | undefined;
  private close: () => void = () => {};
  private readonly backend: Backend;
  private readonly headers: OutgoingHttpHeaders;
  private readonly listener: CallListener;
  private readonly options: CallOptions;
  private done = false;
  private answered = false;
  private status: { status: GrpcStatus; trailers: IncomingHttpHeaders } | undefined;

  /** With `body` the call is complete and sent again once if it never reached the backend. */
  constructor(
    backend: Backend,
    headers: OutgoingHttpHeaders,
    body: Buffer | undefined,
    listener: CallListener,
    options: CallOptions,
  ) {
    this.backend = backend;
    this.headers = headers;
    this.listener = listener;
    this.options = options;
    this.start(body, body !== undefined);
    if (options.deadlineMs !== undefined && !this.done) deadlines.add(this, options.deadlineMs);
  }

  /** Sends a part of the request; resolves when more may be sent. */
  write(framed: Buffer): Promise<void> | undefined {
    const { stream } = this;
    return this.done || !stream || stream.write(framed) ? undefined : drained(stream);
  }

  end(): void {
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

  private start(body: Buffer | undefined, again: boolean): void {
    if (body && this.options.small && this.startSmall(body, again)) return;
    const stream = this.backend.request(this.headers, false);
    this.stream = stream;
    this.close = () => stream.close(8);
    const reader = new FrameReader(this.options.maxMessageBytes);
    stream.once('response', (headers, flags) => this.onResponse(headers, (flags & 1) === 1, () => stream));
    stream.on('trailers', (trailers) => this.onTrailers(trailers));
    stream.on('data', (chunk: Buffer) => this.onData(reader, chunk));
    stream.once('end', () => this.onEnd());
    stream.once('error', (error) => {
      if (again && !this.answered && !this.done && (wasNotProcessed(error) || stream.rstCode === 7))
        this.start(body, false);
      else this.fail(error);
    });
    stream.once('close', () => {
      if (this.stream === stream && stream.rstCode !== 0) this.fail(new Error(`reset with code ${stream.rstCode}`));
    });
    if (body) stream.end(body);
  }

  /** False when the call must go over an ordinary stream. */
  private startSmall(body: Buffer, again: boolean): boolean {
    const reader = new FrameReader(this.options.maxMessageBytes);
    let plain: PassThrough | undefined;
    const cancel = this.backend.small(this.headers, body, this.options.maxMessageBytes, {
      response: (headers, endStream) => this.onResponse(headers, endStream, () => (plain = new PassThrough())),
      data: (chunk) => {
        if (plain) plain.write(Buffer.from(chunk));
        else this.onData(reader, chunk);
      },
      trailers: (trailers) => this.onTrailers(trailers),
      end: () => {
        plain?.end();
        this.onEnd();
      },
      failed: (error) => {
        plain?.destroy(error);
        if (again && !this.answered && !this.done && wasNotProcessed(error)) this.start(body, false);
        else this.fail(error);
      },
    });
    if (cancel) this.close = cancel;
    return cancel !== undefined;
  }

  private onTrailers(trailers: IncomingHttpHeaders): void {
    const status = readGrpcStatus(trailers);
    if (status) this.status = { status, trailers };
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
    if (status) this.status = { status, trailers: headers };
    this.listener.headers(headers);
  }

  private onData(reader: FrameReader, chunk: Buffer): void {
    if (this.done) return;
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
    this.listener.end(this.status.status, this.status.trailers, false);
  }

  private fail(error: unknown): void {
    if (this.done) return;
    this.finish();
    this.close();
    this.listener.failed(error);
  }

  private finish(): void {
    this.done = true;
    deadlines.delete(this);
  }
}
