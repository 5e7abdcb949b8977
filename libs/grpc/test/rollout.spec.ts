// A rollout seen by a client: replicas come and go under load. Set ROLLOUT_SECONDS=60 for the long run.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { ServiceError } from '@kiban/grpc';
import { replicaSet, steadily } from './replicas.ts';
import { REQUEST } from './start-demo.ts';

const SECONDS = Number(process.env['ROLLOUT_SECONDS'] ?? 6);
const PER_SECOND = 300;
const PATIENCE = SECONDS * 1000 + 90_000; // a busy machine stretches the start, not the promise

let set: ReturnType<typeof replicaSet>;
afterEach(() => set.stop());

test(
  'no call fails while every replica is replaced, and one that is added takes its share',
  async () => {
    set = replicaSet('rollout', 10);
    for (let i = 0; i < 3; i++) await set.add();
    const client = set.connect();
    const load = steadily(PER_SECOND, () => client.get(REQUEST));
    for (const replica of set.live) {
      if (replica.id > 2) break;
      await sleep((SECONDS * 1000) / 6);
      await replica.replace();
    }
    const added = await set.add();
    await sleep((SECONDS * 1000) / 2);
    const before = added.answered();
    const total = () => [...set.live].reduce((sum, replica) => sum + replica.answered(), 0);
    const totalBefore = total();
    await sleep(1000);
    const share = (added.answered() - before) / (total() - totalBefore);
    const { calls, failures } = await load.stop();
    expect(failures.map((error) => String((error as ServiceError).cause))).toEqual([]); // texts: errors are slow to compare
    expect(calls).toBeGreaterThan(SECONDS * PER_SECOND * 0.8);
    expect(share).toBeGreaterThan(0.1);
  },
  PATIENCE,
);
