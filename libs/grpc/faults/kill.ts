import { setTimeout as sleep } from 'node:timers/promises';
import { startFleet } from './fleet.ts';
import { steadily } from './load.ts';
import type { RolloutOptions } from './rollout.ts';

export interface KillResult {
  calls: number;
  /** Failed calls of the idempotent method: none may. */
  idempotentFailed: string[];
  /** Failed calls of the other method that were in flight when the process was gone. */
  inFlightFailed: number;
  /** Failed calls of the other method that were not: none may. */
  othersFailed: string[];
}

const WORK_MS = 50; // so that some calls are in flight at any moment

/** Kills one of three replicas with SIGKILL, under a load of idempotent and other calls in turn, and starts another. */
export async function kill({ seconds, perSecond, lookUpEveryMs, onProgress = () => {} }: RolloutOptions) {
  const fleet = await startFleet(3, WORK_MS);
  try {
    const client = fleet.connect(lookUpEveryMs);
    const request = { name: 'articles/1' };
    const load = steadily(perSecond, {
      idempotent: async () => (await client.read(request)).title,
      other: async () => (await client.get(request)).title,
    });
    await sleep(seconds * 400);
    const [victim] = fleet.replicas;
    await victim?.kill();
    const gone = performance.now();
    onProgress(`killed one after ${load.calls.length} calls`);
    await sleep(seconds * 200);
    await fleet.add();
    await sleep(seconds * 400);
    const calls = await load.stop();
    const failed = calls.filter(({ error }) => error !== undefined);
    const others = failed.filter(({ method }) => method === 'other');
    const inFlight = others.filter(({ began, ended = 0 }) => began <= gone && ended >= gone - 1000);
    return {
      calls: calls.length,
      idempotentFailed: failed.flatMap(({ method, error }) => (method === 'idempotent' ? (error ?? []) : [])),
      inFlightFailed: inFlight.length,
      othersFailed: others.flatMap((call) => (inFlight.includes(call) ? [] : (call.error ?? ''))),
    } satisfies KillResult;
  } finally {
    await fleet.stop();
  }
}
