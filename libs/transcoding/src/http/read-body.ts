import type { IncomingMessage } from 'node:http';
import { RequestError } from '../rules/request-error.ts';

/** How long the next piece of a body may take, in ms: a client that trickles bytes holds a connection for nothing. */
const IDLE_MS = 15_000;

const TOO_LARGE = "Request rejected because the transcoder's internal buffer size exceeds the configured limit.";

/** Takes the pieces of a body as they come. `piece` returns a promise when it wants no more until that is done. */
export async function readPieces(
  request: IncomingMessage,
  piece: (chunk: Buffer) => void | Promise<void>,
): Promise<void> {
  request.setTimeout(IDLE_MS, () => request.destroy(new RequestError(408, 'The request body did not arrive in time.')));
  try {
    // A refusal must still be answered over this socket.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const wait = piece(chunk as Buffer);
      if (wait) await wait;
    }
  } finally {
    request.setTimeout(0);
  }
}

/**
 * Reads a whole body.
 * @throws RequestError 413 above `maxBytes`, 415 when it is compressed
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new RequestError(413, TOO_LARGE);
  const chunks: Buffer[] = [];
  let length = 0;
  if (
    request.headers['content-length'] === '0' ||
    (!request.headers['content-length'] && !request.headers['transfer-encoding'])
  ) {
    return Buffer.alloc(0);
  }
  await readPieces(request, (chunk) => {
    length += chunk.length;
    if (length > maxBytes) throw new RequestError(413, TOO_LARGE);
    chunks.push(chunk);
  });
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** @throws RequestError 400 when the bytes are no UTF-8 */
export function utf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new RequestError(400, 'The request body is not valid UTF-8.');
  }
}
