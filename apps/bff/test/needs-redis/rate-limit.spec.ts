import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, until } from '@kiban/testing';
import { createRateLimiter, type RateLimiter } from '../../src/rate-limit/rate-limiter.ts';

// A real one: what matters is how its protocol and its outages behave.
let port: number;
let redis: ChildProcess | undefined;
const limiters: RateLimiter[] = [];

async function startRedis(): Promise<void> {
  redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);
  let log = '';
  redis.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await until(() => log.includes('Ready to accept connections'), { message: 'redis-server' });
}

async function killRedis(): Promise<void> {
  if (!redis) return;
  const exited = once(redis, 'exit');
  redis.kill('SIGKILL');
  await exited;
  redis = undefined;
}

/** The limiter of one replica. */
async function replica(limit: number): Promise<RateLimiter> {
  const limiter = await createRateLimiter({ limit, windowSeconds: 600, redisUrl: `redis://127.0.0.1:${port}` });
  limiters.push(limiter);
  return limiter;
}

/** Whether both replicas count together: a call at one is missing at the other. */
async function shares(one: RateLimiter, other: RateLimiter): Promise<boolean> {
  const caller = `probe-${crypto.randomUUID()}`;
  await one.take(caller);
  const { limit, remaining } = await other.take(caller);
  return remaining === limit - 2;
}

describe('limits shared through Redis', () => {
  beforeEach(async () => {
    port = await freePort();
    await startRedis();
  });
  afterEach(async () => {
    await Promise.all(limiters.splice(0).map((limiter) => limiter.close()));
    await killRedis();
  });

  it('are one limit for all replicas', async () => {
    const [one, other] = [await replica(10), await replica(10)];
    await until(() => shares(one, other), { message: 'both replicas to be connected' });
    const verdicts = [];
    for (let i = 0; i < 12; i++) verdicts.push(await (i % 2 ? one : other).take('alice'));
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([...Array<boolean>(10).fill(true), false, false]);
    expect(verdicts.at(-1)).toMatchObject({ limit: 10, remaining: 0 });
    expect(verdicts.at(-1)?.resetMs).toBeGreaterThan(500_000);
  });

  it('become limits of each replica while Redis is away, and shared ones again after it', async () => {
    const [one, other] = [await replica(3), await replica(3)];
    await until(() => shares(one, other), { message: 'both replicas to be connected' });
    await killRedis();
    for (const limiter of [one, other]) {
      const verdicts = [];
      for (let i = 0; i < 4; i++) verdicts.push((await limiter.take('alice')).allowed);
      expect(verdicts).toEqual([true, true, true, false]);
    }
    await startRedis();
    await until(() => shares(one, other), { timeoutMs: 15_000, message: 'the replicas to count together again' });
  });

  it('refuse nobody for a Redis that hangs', async () => {
    const limiter = await replica(3);
    await until(async () => (await limiter.take(`probe-${crypto.randomUUID()}`)).allowed);
    redis?.kill('SIGSTOP');
    expect(await limiter.take('alice')).toMatchObject({ allowed: true });
    redis?.kill('SIGCONT');
  });
});
