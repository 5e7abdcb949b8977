import { constants, type ServerHttp2Stream } from 'node:http2';
import { toWire } from './error-wire.ts';
import { ServiceError } from './service-error.ts';

/**
 * How long a refusal is held back, ms. A caller that comes back as soon as it is refused would otherwise spend, with a
 * few connections, the time of the whole process on its refusals; and many written together cost less than one by one.
 */
const HELD_MS = 25;
/** How often refusals are written, ms: few enough at once to hold up nobody else's answer. */
const WRITE_MS = 5;

interface Refused {
  stream: ServerHttp2Stream;
  retryAfterMs: number;
  due: number;
  /** Whether the caller may still be sending when it is answered. */
  moreComes: boolean;
}

/** Answers calls that are refused. */
export class Refusals {
  readonly #held: Refused[] = [];
  #timer: NodeJS.Timeout | undefined;

  add(stream: ServerHttp2Stream, retryAfterMs: number, moreComes: boolean): void {
    stream.on('error', ignore);
    this.#held.push({ stream, retryAfterMs, moreComes, due: performance.now() + HELD_MS });
    if (!this.#timer) this.#timer = setTimeout(() => this.#answer(), HELD_MS);
  }

  #answer(): void {
    const now = performance.now();
    const later = this.#held.findIndex(({ due }) => due > now);
    const held = this.#held.splice(0, later < 0 ? this.#held.length : later);
    this.#timer = this.#held.length ? setTimeout(() => this.#answer(), WRITE_MS) : undefined;
    for (const { stream, retryAfterMs, moreComes } of held) {
      if (stream.closed || stream.destroyed) continue;
      stream.respond(refusal(retryAfterMs), HEADERS_ALONE);
      if (moreComes) stream.close(constants.NGHTTP2_NO_ERROR);
      else stream.resume();
    }
  }
}

const ignore = () => {};
/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses: Trailers-Only */
const HEADERS_ALONE = { endStream: true };
const made = new Map<number, ReturnType<typeof makeRefusal>>();
/** Times to come back are rounded to this, ms, so that there are few different refusals. */
const STEP_MS = 50;

function refusal(retryAfterMs: number) {
  const step = Math.ceil(retryAfterMs / STEP_MS) * STEP_MS;
  let headers = made.get(step);
  if (!headers) made.set(step, (headers = makeRefusal(step)));
  return headers;
}

function makeRefusal(retryAfterMs: number) {
  const error = ServiceError.resourceExhausted('The service is busy; try again as RetryInfo says.', retryAfterMs);
  const { code, details, metadata } = toWire(error);
  return {
    ':status': 200,
    'content-type': 'application/grpc+proto',
    'grpc-status': String(code),
    'grpc-message': encodeURI(details ?? '').replaceAll('%20', ' '),
    ...metadata?.toHttp2Headers(),
  };
}
