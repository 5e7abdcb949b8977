import { BffService } from '@kiban/contracts/kiban/bff/v1';
import type { Runtime, ServiceDefinition } from '@kiban/service';
import { Counter } from 'prom-client';
import { ApiKeyInterceptor } from './api-keys/api-key.interceptor.ts';
import { ApiKeys } from './api-keys/api-keys.ts';
import { BffModule } from './bff.module.ts';
import { bffConfig } from './config.ts';
import { openBff } from './open-bff.ts';
import { createRateLimiter } from './rate-limit/rate-limiter.ts';

/** How often the log says that one part of the answers is not fresh. */
const SAY_EVERY_MS = 10_000;

/** The BFF: the public API, composed from the other services. It holds nothing that has to be kept. */
export const bffService: ServiceDefinition<typeof bffConfig> = {
  name: 'bff',
  config: bffConfig,
  services: [BffService],
  async module(config, runtime) {
    const { logger, metrics } = runtime;
    const degraded = new Counter({
      name: 'bff_degraded_total',
      help: 'Answers, or parts of one, that were not fresh because a service behind them was slow or away.',
      labelNames: ['part'] as const,
      registers: [metrics],
    });
    const said = new Map<string, number>();
    const bff = openBff(config, runtime.stopping, (part, error) => {
      degraded.inc({ part });
      // Each call meets the same outage: counted each time, said now and then.
      if (performance.now() - (said.get(part) ?? -SAY_EVERY_MS) < SAY_EVERY_MS) return;
      said.set(part, performance.now());
      logger.warn({ part, err: error }, `${part} is not fresh: ${error.message}`);
    });
    runtime.onDrain('clients', () => bff.clients.close());
    const limiter = await createRateLimiter({
      limit: config.RATE_LIMIT,
      windowSeconds: config.RATE_LIMIT_WINDOW_SECONDS,
      redisUrl: config.REDIS_URL,
      onRedisError: (error) => logger.warn({ err: error }, 'Redis is away: this replica counts rate limits alone'),
    });
    runtime.onDrain('rate limiter', () => limiter.close());
    return BffModule.of(bff, limiter, config.API_KEYS_FILE ? apiKeys(config.API_KEYS_FILE, runtime) : undefined);
  },
};

/** Every call needs a key of this file. */
function apiKeys(file: string, runtime: Runtime): ApiKeyInterceptor {
  const { logger, metrics } = runtime;
  const calls = new Counter({
    name: 'bff_api_key_calls_total',
    help: 'Calls by API key (its id, never the key) and what became of them at the check.',
    labelNames: ['key', 'outcome'] as const,
    registers: [metrics],
  });
  const keys = new ApiKeys(file, {
    onUnreadable: (error) => logger.error({ err: error }, `${error.message}; the keys of before stay in force`),
  });
  runtime.onDrain('API keys', () => keys.close());
  return new ApiKeyInterceptor(keys, (key, outcome) => calls.inc({ key, outcome }));
}
