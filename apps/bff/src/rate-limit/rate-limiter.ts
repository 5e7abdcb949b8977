import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** What a limiter says about one call. */
export interface Verdict {
  allowed: boolean;
  /** Calls in a window. */
  limit: number;
  /** Calls left in this window. */
  remaining: number;
  /** Milliseconds until the window ends. */
  resetMs: number;
}

/** Counts calls by caller. */
export interface RateLimiter {
  take(caller: string): Promise<Verdict>;
  close(): Promise<void>;
}

/** Settings of a limiter. */
export interface RateLimitOptions {
  /** Calls that one caller may make in one window. */
  limit: number;
  windowSeconds: number;
  /** Shares the counts between replicas. While Redis is away each replica counts alone. */
  redisUrl?: string | undefined;
  /** Told about trouble with Redis. */
  onRedisError?: (error: Error) => void;
}

/** A limiter in memory, or one that shares its counts through Redis. Never refuses a call because Redis is away. */
export async function createRateLimiter(options: RateLimitOptions): Promise<RateLimiter> {
  const memory = new RateLimiterMemory({ points: options.limit, duration: options.windowSeconds });
  if (!options.redisUrl) return new Limiter(memory, options.limit);
  const { Redis } = await import('ioredis'); // not loaded at all without REDIS_URL
  const redis = new Redis(options.redisUrl, {
    enableOfflineQueue: false, // a call must not wait for Redis to come back
    maxRetriesPerRequest: 1,
    commandTimeout: 100,
  });
  redis.on('error', (error: Error) => options.onRedisError?.(error));
  const shared = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: 'kiban:rate',
    points: options.limit,
    duration: options.windowSeconds,
    insuranceLimiter: memory,
  });
  return new Limiter(shared, options.limit, () => redis.disconnect());
}

class Limiter implements RateLimiter {
  readonly #counter: RateLimiterMemory | RateLimiterRedis;
  readonly #limit: number;
  readonly #disconnect: () => void;

  constructor(counter: RateLimiterMemory | RateLimiterRedis, limit: number, disconnect: () => void = () => {}) {
    this.#counter = counter;
    this.#limit = limit;
    this.#disconnect = disconnect;
  }

  async take(caller: string): Promise<Verdict> {
    try {
      return this.#verdict(true, await this.#counter.consume(caller));
    } catch (error) {
      if (error instanceof RateLimiterRes) return this.#verdict(false, error);
      throw error;
    }
  }

  close(): Promise<void> {
    this.#disconnect();
    return Promise.resolve();
  }

  #verdict(allowed: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Verdict {
    return { allowed, limit: this.#limit, remaining: Math.max(0, remainingPoints), resetMs: Math.max(0, msBeforeNext) };
  }
}
