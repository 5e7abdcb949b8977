import type { Exchange } from './context.ts';

const LINGER_MS = 2_000;
const LINGER_BYTES = 64 << 20;

/**
 * Ends an answer that comes before its request is complete. Closing a socket with unread bytes would reset it and the
 * client might lose the answer: so what still comes is thrown away for a while, and then the connection is closed.
 */
export function lingerThenEnd({ request, response }: Exchange, status: number, content: Uint8Array): void {
  // What is left of this body would be taken for the next request.
  response.shouldKeepAlive = false;
  // Nothing came in time: nothing to wait for.
  if (status === 408) {
    response.end(content);
    return;
  }
  response.write(content);
  let thrownAway = 0;
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.on('data', (chunk: Buffer) => {
    thrownAway += chunk.length;
    if (thrownAway > LINGER_BYTES) end();
  });
  request.once('end', end);
  request.once('close', end);
  request.resume();
}
