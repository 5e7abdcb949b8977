import type { OutgoingHttpHeaders } from 'node:http';
import { hash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { grpcStatusOf } from '../grpc/status-map.ts';
import type { RequestError } from '../rules/request-error.ts';
import type { Exchange } from './context.ts';
import { endTogether } from './end-together.ts';
import { lingerThenEnd } from './linger.ts';
import { hasCome } from './request-body.ts';

/** Smaller bodies do not get smaller. */
const MIN_COMPRESSED = 1024;

/** Sends a whole answer. The headers are the callee's from here on. */
export function reply(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Uint8Array,
): void {
  const { response, extraHeaders, requestId } = exchange;
  if (response.headersSent || response.destroyed) return;
  for (const name in extraHeaders) headers[name] = extraHeaders[name];
  headers['x-request-id'] = requestId;
  let code = status;
  let content = body;
  if (status === 200) {
    if (tag(exchange, headers, body)) {
      code = 304;
      content = '';
      delete headers['content-type'];
    } else content = compress(exchange, headers, body);
  }
  const length = lengthOf(content);
  if (code !== 304) headers['content-length'] = length;
  response.writeHead(code, headers);
  if (exchange.request.method === 'HEAD') content = '';
  exchange.bytes = content === '' ? 0 : length;
  const ready = typeof content === 'string' && content.length !== length ? Buffer.from(content) : content;
  if (hasCome(exchange.request)) endTogether(response, ready);
  else lingerThenEnd(exchange, status, typeof ready === 'string' ? Buffer.from(ready) : ready);
}

function lengthOf(content: string | Uint8Array): number {
  return typeof content === 'string' ? Buffer.byteLength(content) : content.length;
}

const GRPC = /^application\/grpc(?:$|\+)/;

/**
 * Sends an answer of the gateway itself: JSON as ESPv2, plain text as the bare filter; to a gRPC client the same text as
 * the message of a gRPC status, which is all that such a client reads.
 */
export function replyError(exchange: Exchange, { status, message }: Pick<RequestError, 'status' | 'message'>): void {
  const plain = exchange.context.mode === 'transcoder';
  const headers: OutgoingHttpHeaders = { 'content-type': plain ? 'text/plain' : 'application/json' };
  const text = plain ? message : JSON.stringify({ code: status, message });
  if (!hasCome(exchange.request)) headers['connection'] = 'close';
  if (status === 401) headers['www-authenticate'] = challenge(exchange, message);
  if (GRPC.test(exchange.request.headers['content-type'] ?? '')) {
    headers['content-type'] = 'application/grpc';
    headers['grpc-status'] = String(grpcStatusOf(status));
    headers['grpc-message'] = grpcMessage(text);
    reply(exchange, 200, headers, '');
  } else reply(exchange, status, headers, text);
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses: percent-encoded but for printable ASCII. */
function grpcMessage(text: string): string {
  return text.replace(/[^ -$&-~]+/gu, (part) => encodeURIComponent(part));
}

/** https://www.rfc-editor.org/rfc/rfc6750#section-3, with the URL that was asked for, as Envoy names it. */
function challenge({ request, originalPath }: Exchange, message: string): string {
  const path = originalPath.slice(0, 256).replaceAll('"', '%22');
  const realm = `Bearer realm="http://${(request.headers.host ?? '').replaceAll('"', '')}${path}"`;
  return message === 'Jwt is missing' ? realm : `${realm}, error="invalid_token"`;
}

/** Sets the ETag of a GET; true when the client has this answer already. */
function tag(exchange: Exchange, headers: OutgoingHttpHeaders, body: string | Uint8Array): boolean {
  if (!exchange.context.settings.etags || exchange.method !== 'GET') return false;
  const etag = (headers['etag'] ??= `W/"${hash('sha1', body, 'base64url')}"`);
  const known = exchange.request.headers['if-none-match'];
  if (!known) return false;
  const bare = etag.replace(/^W\//, '');
  return known.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === bare);
}

function compress(exchange: Exchange, headers: OutgoingHttpHeaders, body: string | Uint8Array): string | Uint8Array {
  if (!exchange.context.settings.compress || headers['content-encoding']) return body;
  headers['vary'] = headers['vary'] ? `${headers['vary']}, Accept-Encoding` : 'Accept-Encoding';
  if (lengthOf(body) < MIN_COMPRESSED) return body;
  const accepted = acceptedEncodings(exchange.request.headers['accept-encoding']);
  if (accepted.has('br')) {
    headers['content-encoding'] = 'br';
    return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
  }
  if (accepted.has('gzip')) {
    headers['content-encoding'] = 'gzip';
    return gzipSync(body, { level: 6 });
  }
  return body;
}

/** The last word of browsers on this is the same for each request. */
let lastHeader = '';
let lastAccepted: ReadonlySet<string> = new Set();

function acceptedEncodings(header: string | string[] | undefined): ReadonlySet<string> {
  const text = String(header ?? '');
  if (text === lastHeader) return lastAccepted;
  const entries = text.toLowerCase().split(',');
  lastAccepted = new Set(
    entries.filter((entry) => !/;\s*q=0(\.0*)?\s*$/.test(entry)).map((entry) => entry.split(';')[0]?.trim() ?? ''),
  );
  lastHeader = text;
  return lastAccepted;
}
