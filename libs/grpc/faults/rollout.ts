import { setTimeout as sleep } from 'node:timers/promises';
import { type Replica, startFleet } from './fleet.ts';
import { type Call, steadily } from './load.ts';

export interface RolloutOptions {
  /** How long the load lasts, seconds. */
  seconds: number;
  perSecond: number;
  /** How often the client looks the name up, ms; default as every client of ours. */
  lookUpEveryMs?: number;
  onProgress?: (line: string) => void;
}

export interface RolloutResult {
  calls: number;
  failed: string[];
  /** Exit codes of the replicas that were replaced. */
  exits: (number | null)[];
  /** Seconds until the added replica answered its share of one second; Infinity when it never did. */
  shareAfterSeconds: number;
}

const REPLICAS = 3;
const WORK_MS = 10;
/** How long the added replica may go without its share before the run ends, ms. */
const PATIENCE_MS = 20_000;
const REQUEST = { name: 'articles/1' };

/** Replaces each of three replicas by SIGTERM and adds one more, under load. */
export async function rollout({ seconds, perSecond, lookUpEveryMs, onProgress = () => {} }: RolloutOptions) {
  const fleet = await startFleet(REPLICAS, WORK_MS);
  try {
    const client = fleet.connect(lookUpEveryMs);
    const load = steadily(perSecond, { get: async () => (await client.get(REQUEST)).title });
    const exits: RolloutResult['exits'] = [];
    const began = performance.now();
    const until = (share: number) => sleep(Math.max(0, began + share * seconds * 1000 - performance.now()));
    for (const [i, replica] of [...fleet.replicas].entries()) {
      await until((i + 1) / 6);
      await fleet.add();
      exits.push(await replica.terminate());
      onProgress(`replaced ${i + 1} of ${REPLICAS}, ${load.calls.length} calls so far`);
    }
    await until(4 / 6);
    const added = await fleet.add();
    const addedAt = performance.now();
    onProgress('added one');
    const share = () => shareAfter(load.calls, added, addedAt);
    while (share() === Infinity && performance.now() < addedAt + PATIENCE_MS) await sleep(200);
    await until(1);
    const calls = await load.stop();
    return {
      calls: calls.length,
      failed: calls.flatMap(({ error }) => error ?? []),
      exits,
      shareAfterSeconds: share(),
    } satisfies RolloutResult;
  } finally {
    await fleet.stop();
  }
}

/** Seconds from `since` to the end of the first second in which the replica answered 80 % of its share. */
function shareAfter(calls: readonly Call[], { address }: Replica, since: number): number {
  const answered = calls.filter(({ ended, answer }) => answer && ended !== undefined && ended > since);
  const last = answered.reduce((latest, { ended = 0 }) => Math.max(latest, ended), 0);
  for (let from = since; from + 1000 <= last; from += 100) {
    const window = answered.filter(({ ended = 0 }) => ended >= from && ended < from + 1000);
    const own = window.filter(({ answer }) => answer === address).length;
    if (own >= (0.8 * window.length) / (REPLICAS + 1)) return (from + 1000 - since) / 1000;
  }
  return Infinity;
}
