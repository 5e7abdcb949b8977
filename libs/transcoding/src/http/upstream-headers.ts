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

/** The client's headers as metadata; what only a proxy may say is taken out and said anew. */
export function forwardedHeaders({ context, request, requestId, upstreamHeaders }: Exchange): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  const named = new Set((request.headers.connection ?? '').toLowerCase().split(/\s*,\s*/));
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || HOP_BY_HOP.has(name) || named.has(name) || name.startsWith(':')) continue;
    if (name === 'te' && value !== 'trailers') continue;
    if (name.startsWith('x-envoy-') || name === 'x-http-method-override') continue;
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
  const claimed = String(sent ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  const kept = trustedHops > 0 ? claimed.slice(-trustedHops) : [];
  return [...kept, (peer ?? 'unknown').replace(/^::ffff:/, '')].join(', ');
}

/** The same as metadata of a gRPC call. */
export function grpcHeaders(exchange: Exchange, grpcPath: string): OutgoingHttpHeaders {
  const headers = forwardedHeaders(exchange);
  delete headers['content-length'];
  return Object.assign(headers, {
    ':method': 'POST',
    ':path': grpcPath,
    'content-type': 'application/grpc',
    te: 'trailers',
    'x-envoy-original-path': exchange.originalPath,
    'x-envoy-original-method': exchange.method,
  });
}
