import { describe, expect, it } from '@jest/globals';
import type { PlanOptions, PlanResult } from '../faults/plan.ts';
import { plans } from '../faults/plans.ts';

function run(name: string, options: PlanOptions): Promise<PlanResult> {
  const plan = plans[name];
  if (plan === undefined) throw new Error(`there is no plan ${name}`);
  return plan.run(options);
}

/** A machine that does much else besides may be slow: what counts is the verdict. */
const LIMIT_MS = 300_000;

describe('the fault suite', () => {
  it(
    'finds nothing lost, invented or out of order over 40 kills',
    async () => {
      const result = await run('A', { seed: 7, events: 5_000, kills: 40 });
      expect(result).toMatchObject({ lost: 0, invented: 0, inversions: 0, effectInversions: 0 });
      expect(result.injected).toMatchObject({ 'kill -9 of relays': 40, 'cut connections': 4 });
      expect(result.effects).toBe(result.committed);
      expect(result.broken).toEqual([]);
    },
    LIMIT_MS,
  );

  // These two mostly wait, for leases to end and for redeliveries: side by side.
  it.concurrent(
    'finds every effect once and in order over kills of consumers',
    async () => {
      const result = await run('D', { seed: 7, events: 300, kills: 6 });
      expect(result.broken).toEqual([]);
      expect(result.effects).toBe(result.committed);
    },
    LIMIT_MS,
  );

  it.concurrent(
    'sees a consumer with a bug recover in order',
    async () => {
      const result = await run('bug', { seed: 7, events: 150, seconds: 3 });
      expect(result.broken).toEqual([]);
      expect(result.measured).toMatchObject({ 'effects meanwhile': 0 });
    },
    LIMIT_MS,
  );

  it(
    'fails a relay that reads with SKIP LOCKED',
    async () => {
      const result = await run('H-skip-locked', { seed: 7 });
      expect(result.broken.join()).toMatch(/inversions/);
    },
    LIMIT_MS,
  );
});
