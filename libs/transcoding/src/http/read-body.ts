import type { IncomingMessage } from 'node:http';
import { RequestError } from '../rules/request-error.ts';
import type { Exchange } from './context.ts';
import { deadlines, type Timed } from './deadlines.ts';
import { hasBody } from './request-body.ts';

/** How long the next piece of a body may take unless the settings say otherwise, in ms. */
export const BODY_IDLE_MS = 15_000;

const LATE = 'The request body did not arrive in time.';
const TOO_LARGE = "Request rejected because the transcoder's internal buffer size exceeds the configured limit.";

/**
 * Takes the pieces of a body as they come. `piece` returns a promise when it wants no more until that is done.
 * @throws RequestError 408 when the next piece takes too long: a client that trickles bytes holds a connection for
 * nothing
 */
export async function readPieces(
  { request, context }: Exchange,
  piece: (chunk: Buffer) => void | Promise<void>,
): Promise<void> {
  if (!hasBody(request)) return;
  const idleMs = context.settings.bodyIdleMs ?? BODY_IDLE_MS;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new RequestError(408, LATE)), idleMs);
  try {
    await Promise.race([late, pieces(request, piece, timer)]);
  } finally {
    clearTimeout(timer);
  }
}

async function pieces(
  request: IncomingMessage,
  piece: (chunk: Buffer) => void | Promise<void>,
  timer: NodeJS.Timeout,
): Promise<void> {
  // A refusal must still be answered over this socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const wait = piece(chunk as Buffer);
    if (wait) await wait;
    timer.refresh();
  }
}

const EMPTY: Buffer = Buffer.alloc(0);

/**
 * Reads a whole body; at once when none is announced.
 * @throws RequestError 413 above the limit, 408 when it does not come
 */
export function readBody(exchange: Exchange): Buffer | Promise<Buffer> {
  const { headers } = exchange.request;
  const announced = Number(headers['content-length'] ?? 0);
  if (announced > exchange.context.maxRequestBytes) throw new RequestError(413, TOO_LARGE);
  return announced === 0 && !headers['transfer-encoding'] ? EMPTY : collect(exchange);
}

function collect(exchange: Exchange): Promise<Buffer> {
  return new Promise((resolve, reject) => new WholeBody(exchange, resolve, reject));
}

const BODY = Symbol('body');

/** A request whose body is being read. */
type ReadRequest = IncomingMessage & { [BODY]?: WholeBody | undefined };

// The same for all requests: what hangs on functions that are made for each one outlives the young generation (see
// Exchange.call), and of a request with a body that was everything.
function onData(this: ReadRequest, chunk: Buffer): void {
  this[BODY]?.data(chunk);
}

function onEnd(this: ReadRequest): void {
  this[BODY]?.end();
}

function onClose(this: ReadRequest): void {
  this[BODY]?.fail(new Error('the client left in the middle of its request'));
}

/**
 * One body, read by the request's events: the iterator that streams need leaves five times the garbage, and most bodies
 * come in one piece.
 */
class WholeBody implements Timed {
  private readonly exchange: Exchange;
  private readonly resolve: (body: Buffer) => void;
  private readonly reject: (error: Error) => void;
  private readonly idleMs: number;
  private readonly chunks: Buffer[] = [];
  private length = 0;
  private deadline: number;

  constructor(exchange: Exchange, resolve: (body: Buffer) => void, reject: (error: Error) => void) {
    this.exchange = exchange;
    this.resolve = resolve;
    this.reject = reject;
    this.idleMs = exchange.context.settings.bodyIdleMs ?? BODY_IDLE_MS;
    this.deadline = deadlines.add(this, this.idleMs);
    const request: ReadRequest = exchange.request;
    request[BODY] = this;
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('close', onClose);
    request.on('error', onClose);
  }

  expire(): void {
    this.fail(new RequestError(408, LATE));
  }

  data(chunk: Buffer): void {
    this.length += chunk.length;
    if (this.length > this.exchange.context.maxRequestBytes) {
      this.fail(new RequestError(413, TOO_LARGE));
      return;
    }
    this.chunks.push(chunk);
    deadlines.delete(this.deadline);
    this.deadline = deadlines.add(this, this.idleMs);
  }

  end(): void {
    this.leave();
    this.resolve(this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks));
  }

  /** A refusal must still be answered over this socket: what follows is not read here. */
  fail(error: Error): void {
    this.leave();
    this.exchange.request.pause();
    this.reject(error);
  }

  private leave(): void {
    deadlines.delete(this.deadline);
    const request: ReadRequest = this.exchange.request;
    request[BODY] = undefined;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a body. Compressed bodies are never inflated: a small bomb must stay small.
 * @throws RequestError 400 when the bytes are no UTF-8
 */
export function bodyText(bytes: Uint8Array, { headers }: IncomingMessage): string {
  if (bytes.length === 0) return '';
  try {
    return UTF8.decode(bytes);
  } catch {
    const encoding = headers['content-encoding'];
    throw new RequestError(
      400,
      encoding
        ? `The request body is compressed (${encoding}); send it as it is.`
        : 'The request body is not valid UTF-8.',
    );
  }
}
