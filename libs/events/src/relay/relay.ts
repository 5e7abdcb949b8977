import { silent } from '../log.ts';
import { DatabaseRelay } from './database-relay.ts';
import { relayMetrics } from './relay-metrics.ts';
import type { Relay, RelayOptions } from './relay-options.ts';

/**
 * Moves committed events from outboxes to Pub/Sub until stopped. Any number of relays may run on one database; each shard
 * is worked on by one of them at a time.
 */
export function createRelay(options: RelayOptions): Relay {
  const listen = options.listen ?? true;
  const metrics = relayMetrics(options.metrics);
  const relays = options.databases.map(
    (database) =>
      [
        database.name,
        new DatabaseRelay(database, {
          publisher: options.publisher,
          deadLetters: (topic) => options.topology?.topics[topic]?.onPoison === 'deadLetter',
          batch: options.batch ?? 2_000,
          retryMs: options.retryMs ?? { first: 100, last: 30_000 },
          connections: options.connections ?? 4,
          pooled: !listen,
          pollMs: options.pollMs ?? (listen ? 100 : 20),
          vacuumEvery: options.vacuumEvery ?? 50_000,
          metrics,
          log: options.log ?? silent,
        }),
      ] as const,
  );
  return {
    health: () => Object.fromEntries(relays.map(([name, relay]) => [name, relay.healthy])),
    stop: async () => {
      await Promise.all(relays.map(([, relay]) => relay.stop()));
    },
  };
}
