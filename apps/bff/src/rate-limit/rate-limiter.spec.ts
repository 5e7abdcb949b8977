import { describe, expect, it } from '@jest/globals';
import { createRateLimiter } from './rate-limiter.ts';

describe('createRateLimiter', () => {
  it('counts each caller apart and says what is left and until when', async () => {
    const limiter = await createRateLimiter({ limit: 2, windowSeconds: 60 });
    expect(await limiter.take('a')).toMatchObject({ allowed: true, limit: 2, remaining: 1 });
    expect(await limiter.take('a')).toMatchObject({ allowed: true, remaining: 0 });
    const refused = await limiter.take('a');
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.resetMs).toBeGreaterThan(0);
    expect(refused.resetMs).toBeLessThanOrEqual(60_000);
    expect(await limiter.take('b')).toMatchObject({ allowed: true, remaining: 1 });
    await limiter.close();
  });

  it('goes on counting in memory while Redis is away', async () => {
    const errors: Error[] = [];
    const limiter = await createRateLimiter({
      limit: 1,
      windowSeconds: 60,
      redisUrl: 'redis://127.0.0.1:1', // nothing listens there
      onRedisError: (error) => errors.push(error),
    });
    try {
      expect(await limiter.take('a')).toMatchObject({ allowed: true });
      expect(await limiter.take('a')).toMatchObject({ allowed: false });
    } finally {
      await limiter.close();
    }
  });
});
