import type { IncomingHttpHeaders } from 'node:http2';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { type Backend, wasNotProcessed } from '../grpc/backend.ts';
import type { Exchange } from './context.ts';
import { BODY_IDLE_MS } from './read-body.ts';
import { replyError } from './reply.ts';
import { hasBody, hasCome } from './request-body.ts';
import { forwardedHeaders } from './upstream-headers.ts';

const UPSTREAM_FAILED = 'upstream connect error or disconnect/reset before headers. reset reason: ';

/** Sends a request on as it is. A gRPC server answers 415 to what is no gRPC. */
export function passThrough(exchange: Exchange, backend: Backend): void {
  const { request, originalPath, method } = exchange;
  const headers = { ...forwardedHeaders(exchange), ':method': method, ':path': originalPath };
  const { stream, session } = backend.request(headers, false);
  const stopWaiting = limitWaiting(exchange, (status, message) => {
    session.cancel(stream);
    replyError(exchange, { status, message });
  });
  // Not by pipeline: when the client leaves, it destroys the stream while data waits in it. node:http2 then sends empty
  // frames for that stream for ever, in one turn of the event loop. Closing it is safe.
  if (hasBody(request)) request.pipe(stream);
  else stream.end();
  request.once('error', () => {});
  request.once('close', () => {
    if (!hasCome(request)) session.cancel(stream);
  });
  stream.once('response', (found) => {
    stopWaiting();
    relayPlain(exchange, found, stream);
  });
  stream.once('error', (error) => replyError(exchange, upstreamFailure(error)));
  exchange.response.once('close', () => {
    stopWaiting();
    if (!stream.readableEnded) session.cancel(stream);
  });
}

const ANSWER_MS = 15_000;

/** 408 when the body stops coming, 504 when it has come and the backend does not answer. */
function limitWaiting({ request, context }: Exchange, give: (status: number, message: string) => void): () => void {
  let timer = setTimeout(
    () => give(408, 'The request body did not arrive in time.'),
    context.settings.bodyIdleMs ?? BODY_IDLE_MS,
  );
  const onEnd = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => give(504, 'upstream request timeout'), ANSWER_MS);
  };
  if (hasBody(request)) request.on('data', () => timer.refresh()).once('end', onEnd);
  else onEnd();
  return () => clearTimeout(timer);
}

/** Sends a response that is no gRPC on as it is. */
export function relayPlain(exchange: Exchange, headers: IncomingHttpHeaders, body: Readable): void {
  const { response, extraHeaders } = exchange;
  if (response.headersSent) return;
  response.writeHead(Number(headers[':status'] ?? 502), { ...responseHeaders(headers), ...extraHeaders });
  body.on('data', (chunk: Buffer) => (exchange.bytes += chunk.length));
  body.pipe(response);
  body.once('error', () => response.destroy());
  body.once('close', () => {
    if (!body.readableEnded) response.destroy();
  });
}

const DROPPED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer', 'content-length']);

/** A backend's headers as HTTP/1 response headers. */
export function responseHeaders(headers: IncomingHttpHeaders, withType = true): OutgoingHttpHeaders {
  const found: OutgoingHttpHeaders = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || name.startsWith(':') || DROPPED.has(name)) continue;
    if (withType || name !== 'content-type') found[name] = value;
  }
  return found;
}

/** What the client hears when the backend cannot be reached. */
export function upstreamFailure(error: unknown): { status: number; message: string } {
  return {
    status: 503,
    message: UPSTREAM_FAILED + (wasNotProcessed(error) ? 'connection failure' : 'connection termination'),
  };
}
