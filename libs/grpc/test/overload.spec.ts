import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { Code, createGrpcClient, type ServiceError } from '@kiban/grpc';
import { until } from '@kiban/testing';
import { RetryInfoSchema } from '@kiban/contracts/google/rpc';
import { Health } from '@kiban/contracts/health/v1';
import { REQUEST } from './start-demo.ts';
import { demos } from './support.ts';

const { start, stopAll } = demos();
afterEach(stopAll);

/** A service whose answers keep the loop busy. */
function busy(options?: Parameters<typeof start>[1]) {
  return start(
    {
      get() {
        for (const end = performance.now() + 2; performance.now() < end; );
        return {};
      },
    },
    options,
  );
}

/** Calls one after the other, until the program is as quick as it will be. */
async function warm({ client }: Awaited<ReturnType<typeof busy>>) {
  for (let call = 0; call < 320; call++) await client.get(REQUEST);
}

/** Calls that come whether earlier ones were answered or not. */
async function flood({ client, transport }: Awaited<ReturnType<typeof busy>>, waves = 60, perWave = 20) {
  const refusals: ServiceError[] = [];
  const calls: Promise<unknown>[] = [];
  let [answered, most] = [0, 0];
  for (let wave = 0; wave < waves; wave++) {
    for (let i = 0; i < perWave; i++) {
      calls.push(
        client.get(REQUEST).then(
          () => answered++,
          (error: ServiceError) => refusals.push(error),
        ),
      );
    }
    await sleep(5); // the pace of the flood
    most = Math.max(most, transport.admission.inFlight);
  }
  await Promise.all(calls);
  return { refusals, answered, most };
}

test('a flood is refused with RetryInfo beyond a small crowd, some of it is answered, and nothing is refused after it', async () => {
  const demo = await busy();
  await warm(demo);
  const { refusals, answered, most } = await flood(demo, 60, 50);
  expect(answered).toBeGreaterThan(50);
  expect(answered + refusals.length).toBe(3000);
  // Caller and service share a loop: on a busy machine the flood comes slower, and more of it is answered.
  expect(refusals.length).toBeGreaterThan(500);
  expect(most).toBeLessThan(128);
  for (const refused of refusals)
    expect(refused).toMatchObject({ code: Code.RESOURCE_EXHAUSTED, reason: 'OVERLOADED' });
  expect(refusals[0]?.find(RetryInfoSchema)[0]?.retryDelay).toBeDefined();
  expect(demo.transport.admission.inFlight).toBe(0);
  await until(() => demo.transport.admission.limit === 512);
  await expect(Promise.all(Array.from({ length: 10 }, () => demo.client.get(REQUEST)))).resolves.toHaveLength(10);
});

test('a replica that has just started takes in what piles up while its first calls are slow', async () => {
  let called = 0;
  const demo = await start({
    get() {
      // The first calls compile what they run.
      for (const end = performance.now() + (called++ < 100 ? 10 : 0.2); performance.now() < end; );
      return {};
    },
  });
  const { refusals, answered } = await flood(demo, 8, 20);
  expect(refusals).toEqual([]);
  expect(answered).toBe(160);
});

test('what piles up while another program has the core is answered, not refused', async () => {
  const demo = await busy();
  // Twice: what a call costs is learned from warm ones.
  await warm(demo);
  await warm(demo);
  const answers: Promise<unknown>[] = [];
  for (let stall = 0; stall < 2; stall++) {
    await sleep(400); // a load that leaves time to spare
    for (let i = 0; i < 45; i++) answers.push(demo.client.get(REQUEST));
    // The loop stands still and computes nothing, as without a core.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
    await Promise.all(answers);
  }
  expect(answers).toHaveLength(90);
});

test('calls that a caller held up and sends at once are answered, not refused', async () => {
  const demo = await busy();
  // Twice: what a call costs is learned from warm ones.
  await warm(demo);
  await warm(demo);
  for (let burst = 0; burst < 2; burst++) {
    await sleep(400); // a load that leaves time to spare
    const { refusals, answered } = await flood(demo, 6, 20);
    expect(refusals).toEqual([]);
    expect(answered).toBe(120);
  }
});

test('health is answered while calls are refused', async () => {
  const demo = await busy({ maxInFlight: 1 });
  const health = createGrpcClient(Health, demo.address);
  const storm = flood(demo, 20);
  const checks = await Promise.all(Array.from({ length: 10 }, () => health.check({})));
  expect(checks).toHaveLength(10);
  expect((await storm).refusals.length).toBeGreaterThan(0);
  health.close();
});

test('calls that wait for something slow are not refused: the loop has time', async () => {
  const waiting: (() => void)[] = [];
  const { client } = await start({ get: () => new Promise((resolve) => waiting.push(() => resolve({}))) });
  const calls: Promise<unknown>[] = [];
  while (calls.length < 120) {
    for (let i = 0; i < 3; i++) calls.push(client.get(REQUEST));
    await until(() => waiting.length === calls.length);
    await sleep(5);
  }
  for (const answer of waiting) answer();
  await expect(Promise.all(calls)).resolves.toHaveLength(120);
});
