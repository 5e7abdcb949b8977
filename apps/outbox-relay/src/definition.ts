import { createRelay, topology } from '@kiban/events';
import { createPublisher } from '@kiban/pubsub';
import { flag, postgresUrl, type ServiceDefinition } from '@kiban/service';
import { Module } from '@nestjs/common';
import * as z from 'zod';

const config = {
  /** Outboxes to empty; the content service's and the recommendation service's. */
  DATABASE_URL_CONTENT: postgresUrl(),
  DATABASE_URL_RECOMMENDATION: postgresUrl(),
  PUBSUB_EMULATOR_HOST: z.string().optional(),
  PUBSUB_PROJECT: z.string().default('kiban-local'),
  PUBSUB_PREFIX: z.string().default(''),
  /** Connections per database. */
  RELAY_CONNECTIONS: z.coerce.number().int().min(2).max(16).default(4),
  /** 0 behind a pooler in transaction mode, which delivers no NOTIFY. */
  RELAY_LISTEN: flag().default(true),
};

/** Has no providers: the relay begins with the process and is told to stop by the runtime. */
@Module({})
class RelayModule {}

const HEALTH_EVERY_MS = 2_000;

/** Moves the events of all outboxes to Pub/Sub. Run as many as you like; two are enough to survive one. */
export const outboxRelay: ServiceDefinition<typeof config> = {
  name: 'outbox-relay',
  config,
  services: [],
  module(env, runtime) {
    const publisher = createPublisher({
      project: env.PUBSUB_PROJECT,
      prefix: env.PUBSUB_PREFIX,
      emulatorHost: env.PUBSUB_EMULATOR_HOST,
    });
    const relay = createRelay({
      databases: [
        { name: 'content', url: env.DATABASE_URL_CONTENT },
        { name: 'recommendation', url: env.DATABASE_URL_RECOMMENDATION },
      ],
      publisher,
      topology,
      connections: env.RELAY_CONNECTIONS,
      listen: env.RELAY_LISTEN,
      metrics: runtime.metrics,
      log: runtime.logger,
    });
    // Red in the health service and in alerts, not in readiness: a relay that lost one database still serves the other.
    const timer = setInterval(() => {
      for (const [name, serving] of Object.entries(relay.health())) runtime.health.set(`relay.${name}`, serving);
    }, HEALTH_EVERY_MS);
    runtime.onDrain('relay', async () => {
      clearInterval(timer);
      await relay.stop();
      await publisher.close();
    });
    return RelayModule;
  },
};
