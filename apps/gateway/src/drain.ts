import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/**
 * Tells callers that hold connections to open new ones elsewhere: every answer from now on ends its connection. A
 * connection that is closed without a word may carry a request that is on its way, and that request would be lost.
 * Resolves when no connection is left, or after `lingerMs`.
 */
export async function sendCallersAway(server: Server, lingerMs: number): Promise<void> {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  const end = performance.now() + lingerMs;
  while (performance.now() < end && (await connections(server)) > 0) await sleep(LOOK_EVERY_MS);
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count)));
}
