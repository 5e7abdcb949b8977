import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

const POLL_MS = 50;

/** Waits until none of the processes runs; answers those that still do after `timeoutMs`. */
export async function untilGone(
  processes: readonly ProcessIdentity[],
  timeoutMs: number,
): Promise<readonly ProcessIdentity[]> {
  const giveUpAt = performance.now() + timeoutMs;
  let left = processes.filter(isAlive);
  while (left.length && performance.now() < giveUpAt) {
    await delay(POLL_MS);
    left = left.filter(isAlive);
  }
  return left;
}
