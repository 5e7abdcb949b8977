import type { OutgoingHttpHeaders } from 'node:http2';
import { GRPC_HEADERS } from '../grpc/backend.ts';
import { beginBlock, encodeHeaders, endBlock, writeHeader } from '../grpc/h2/hpack-encoder.ts';
import type { Exchange } from './context.ts';

/** Headers that belong to one connection, https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'trailer',
  'expect',
  'host',
  'http2-settings',
]);
const OURS = new Set(['x-request-id', 'x-forwarded-for', 'x-forwarded-proto', 'x-http-method-override']);
const NONE: ReadonlySet<string> = new Set();
const MAX_NAMES = 256;

/** Which of a client's headers go on to a backend. Names are judged once: clients send the same few again and again. */
class PassingNames {
  private readonly left: ReadonlySet<string>;
  private readonly judged = new Map<string, boolean>();

  /** All but what belongs to the connection or to a proxy, and those in `left`. */
  constructor(left: readonly string[]) {
    this.left = new Set(left);
  }

  has(name: string): boolean {
    return this.judged.get(name) ?? this.judge(name);
  }

  private judge(name: string): boolean {
    const passes =
      !HOP_BY_HOP.has(name) &&
      !OURS.has(name) &&
      !this.left.has(name) &&
      !name.startsWith('x-envoy-') &&
      !name.startsWith(':');
    if (this.judged.size < MAX_NAMES) this.judged.set(name, passes);
    return passes;
  }
}

/**
 * HTTP/2 needs no announced length, and a client that breaks off would leave one that is not true. A server counts that
 * as an invalid frame, and closes the connection of all after some.
 */
const UNTRANSLATED = new PassingNames(['content-length']);
const NOT_OF_GRPC = new PassingNames(['content-length', 'content-type', 'te']);

/** Takes each header once. */
type Add = (name: string, value: string | string[]) => void;

/** Gives what goes on of the client's headers, and what only a proxy may say. */
function forward({ context, request, requestId, upstreamHeaders }: Exchange, names: PassingNames, add: Add): void {
  const sent = request.headers;
  const named = sent.connection === undefined ? NONE : new Set(sent.connection.toLowerCase().split(/\s*,\s*/));
  for (const name in sent) {
    const value = sent[name];
    if (value === undefined || !names.has(name) || named.has(name)) continue;
    if (name === 'te' && value !== 'trailers') continue;
    if (upstreamHeaders !== undefined && Object.hasOwn(upstreamHeaders, name)) continue;
    add(name, value);
  }
  add('x-request-id', requestId);
  add('x-forwarded-proto', (named.has('x-forwarded-proto') ? undefined : sent['x-forwarded-proto']) ?? 'http');
  add(
    'x-forwarded-for',
    clientAddresses(sent['x-forwarded-for'], request.socket.remoteAddress, context.settings.trustedHops ?? 0),
  );
  for (const name in upstreamHeaders) add(name, upstreamHeaders[name] as string);
}

/** The headers of a request that goes on untranslated. */
export function forwardedHeaders(exchange: Exchange): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  forward(exchange, UNTRANSLATED, (name, value) => (headers[name] = value));
  return headers;
}

/** As many of the client's own entries as there are trusted proxies in front, then the address that connected to us. */
function clientAddresses(sent: string | string[] | undefined, peer: string | undefined, trustedHops: number): string {
  const own = peer === undefined ? 'unknown' : peer.startsWith('::ffff:') ? peer.slice(7) : peer;
  if (trustedHops === 0 || sent === undefined) return own;
  const claimed = String(sent)
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  return [...claimed.slice(-trustedHops), own].join(', ');
}

/** The headers of one gRPC call. */
export class CallHeaders {
  /** `/package.Service/Method` */
  readonly path: string;
  private readonly exchange: Exchange;
  private made: OutgoingHttpHeaders | undefined;

  constructor(exchange: Exchange, path: string) {
    this.exchange = exchange;
    this.path = path;
  }

  /** As node:http2 takes them. What is added to the object is sent, too. */
  object(): OutgoingHttpHeaders {
    if (this.made) return this.made;
    const made: OutgoingHttpHeaders = { ':method': 'POST', ':path': this.path, ...GRPC_HEADERS };
    this.each((name, value) => (made[name] = value));
    return (this.made = made);
  }

  /**
   * As HPACK behind those that all calls of a method have, GRPC_HEADERS among them, without an object for them: most
   * calls are sent so. See endBlock.
   */
  encode(common: Uint8Array): Buffer {
    if (this.made) {
      const { 'content-type': _, te: __, ...own } = this.made;
      return encodeHeaders(own, common);
    }
    beginBlock(common);
    this.each(writeHeader);
    return endBlock();
  }

  private each(add: Add): void {
    forward(this.exchange, NOT_OF_GRPC, add);
    add('x-envoy-original-path', this.exchange.originalPath);
    add('x-envoy-original-method', this.exchange.method);
  }
}
