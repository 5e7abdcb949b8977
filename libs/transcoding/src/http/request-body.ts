import type { IncomingMessage } from 'node:http';

/**
 * Whether a body was announced, https://www.rfc-editor.org/rfc/rfc9112#section-6.3. A request without one emits neither
 * `data` nor `end` (the server's `optimizeEmptyRequests`): nobody may wait for them.
 */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** Whether all of the request has come. Node says it of a request without a body only after its handler returned. */
export function hasCome(request: IncomingMessage): boolean {
  return request.complete || !hasBody(request);
}
