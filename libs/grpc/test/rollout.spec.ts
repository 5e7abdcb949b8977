// Replicas come and go under load, as processes behind DNS. `npm run faults -- grpc` is the same for a minute.
import { describe, expect, jest, test } from '@jest/globals';

// Read when grpc-js is loaded: lets a target name its DNS server.
process.env['GRPC_NODE_USE_ALTERNATIVE_RESOLVER'] = 'true';
const { kill } = await import('../faults/kill.ts');
const { rollout } = await import('../faults/rollout.ts');

// Seven processes start, on machines that may be busy: that stretches the run, not the promise.
jest.setTimeout(120_000);

describe('a client', () => {
  test('sees no failure while every replica is replaced, and finds one that is added', async () => {
    const { calls, failed, exits, shareAfterSeconds } = await rollout({
      seconds: 6,
      perSecond: 200,
      lookUpEveryMs: 500,
    });
    expect(calls).toBeGreaterThan(1000);
    expect(failed).toEqual([]);
    expect(exits).toEqual([0, 0, 0]);
    expect(shareAfterSeconds).toBeLessThan(Infinity);
  });

  test('loses at the most what is in flight on a replica that is killed, and nothing idempotent', async () => {
    const { calls, idempotentFailed, othersFailed } = await kill({ seconds: 4, perSecond: 200, lookUpEveryMs: 500 });
    expect(calls).toBeGreaterThan(400);
    expect(idempotentFailed).toEqual([]);
    expect(othersFailed).toEqual([]);
  });
});
