import type { Socket } from 'node:net';

const PHRASES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
};

const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what is no HTTP before it became a request, in Envoy's words: JSON as ESPv2, plain text as the bare filter. */
export function answerClientError(error: Error & { code?: string }, socket: Socket, plain: boolean): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = STATUSES[error.code ?? ''] ?? 400;
  const phrase = PHRASES[status] ?? '';
  const type = plain ? 'text/plain' : 'application/json';
  const body = plain ? phrase : JSON.stringify({ code: status, message: phrase });
  const head = `HTTP/1.1 ${status} ${phrase}\r\nconnection: close\r\ncontent-type: ${type}`;
  socket.end(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
}
