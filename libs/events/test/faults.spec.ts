import { describe, expect, it } from '@jest/globals';
import { plans } from '../faults/plans.ts';
import { runRelayFaults } from '../faults/run-relay-faults.ts';

const faults = (name: string) => plans[name]?.faults ?? plans['A']!.faults;

describe('the fault suite', () => {
  it('finds nothing lost, invented or out of order over 40 kills', async () => {
    const result = await runRelayFaults({
      ...faults('A'),
      plan: 'A',
      seed: 7,
      events: 5_000,
      kills: 40,
      backendKills: 5,
    });
    expect(result).toMatchObject({ lost: 0, invented: 0, inversions: 0, left: 0, effectInversions: 0, kills: 40 });
    expect(result.effects).toBe(result.committed);
    expect(result.broken).toEqual([]);
  }, 120_000);

  it('fails a relay that reads with SKIP LOCKED', async () => {
    const result = await runRelayFaults({ ...faults('H-skip-locked'), plan: 'H', seed: 7 });
    expect(result.broken.join()).toMatch(/inversions/);
  }, 120_000);
});
