import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';

/**
 * Repeats `attempt` until it succeeds, after 0.1 s at first and 5 s at the most, and says in the log what it waits for:
 * services start in any order. Rejects when `signal` aborts.
 */
export async function waitFor<R>(
  what: string,
  attempt: () => Promise<R> | R,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<R> {
  const began = performance.now();
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      const result = await attempt();
      if (tries > 1) logger.info(`${what} is there after ${((performance.now() - began) / 1000).toFixed(1)} s`);
      return result;
    } catch (error) {
      const delay = Math.min(5000, 100 * 2 ** (tries - 1));
      const why = error instanceof Error ? error.message || error.name : String(error);
      logger.warn({ waitingFor: what, tries, retryInMs: delay }, `waiting for ${what}: ${why}`);
      await sleep(delay, undefined, { signal });
    }
  }
}
