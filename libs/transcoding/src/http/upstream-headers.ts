import type { OutgoingHttpHeaders } from 'node:http2';
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
const NONE: ReadonlySet<string> = new Set();

/** The client's headers without those in `left`; what only a proxy may say is taken out and said anew. */
export function forwardedHeaders(
  { context, request, requestId, upstreamHeaders }: Exchange,
  left: ReadonlySet<string> = NONE,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  const sent = request.headers;
  const named = sent.connection === undefined ? NONE : new Set(sent.connection.toLowerCase().split(/\s*,\s*/));
  for (const name in sent) {
    const value = sent[name];
    if (value === undefined || HOP_BY_HOP.has(name) || named.has(name) || left.has(name)) continue;
    if (name === 'te' && value !== 'trailers') continue;
    if (name.startsWith('x-envoy-') || name === 'x-http-method-override' || name.startsWith(':')) continue;
    headers[name] = value;
  }
  headers['x-request-id'] = requestId;
  headers['x-forwarded-proto'] ??= 'http';
  headers['x-forwarded-for'] = clientAddresses(
    request.headers['x-forwarded-for'],
    request.socket.remoteAddress,
    context.settings.trustedHops ?? 0,
  );
  return Object.assign(headers, upstreamHeaders);
}

/** As many of the client's own entries as there are trusted proxies in front, then the address that connected to us. */
export function clientAddresses(
  sent: string | string[] | undefined,
  peer: string | undefined,
  trustedHops: number,
): string {
  const own = peer === undefined ? 'unknown' : peer.startsWith('::ffff:') ? peer.slice(7) : peer;
  if (trustedHops === 0 || sent === undefined) return own;
  const claimed = String(sent)
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  return [...claimed.slice(-trustedHops), own].join(', ');
}

const OF_THE_BODY: ReadonlySet<string> = new Set(['content-length', 'content-type', 'te']);

/** The same as metadata of a gRPC call. */
export function grpcHeaders(exchange: Exchange, grpcPath: string): OutgoingHttpHeaders {
  const headers = forwardedHeaders(exchange, OF_THE_BODY);
  headers[':method'] = 'POST';
  headers[':path'] = grpcPath;
  headers['content-type'] = 'application/grpc';
  headers['te'] = 'trailers';
  headers['x-envoy-original-path'] = exchange.originalPath;
  headers['x-envoy-original-method'] = exchange.method;
  return headers;
}
