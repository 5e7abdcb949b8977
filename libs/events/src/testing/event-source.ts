import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { createDatabase, migrate } from '@kiban/database';
import { applyTopology, createPublisher, type PubSubConnection } from '@kiban/pubsub';
import { Registry } from 'prom-client';
import { topology } from '../catalog/topology.ts';
import type { EventDefinition } from '../define-event.ts';
import { outboxMigrations } from '../outbox/migrations.ts';
import { createOutbox } from '../outbox/outbox.ts';
import { createRelay } from '../relay/relay.ts';

/** A service that publishes, as far as its consumers can tell: a database, an outbox, and a relay into Pub/Sub. */
export interface EventSource {
  /** Commits an event; the relay publishes it. */
  publish: <D extends DescMessage>(event: EventDefinition<D>, message: MessageInitShape<D>) => Promise<void>;
  /** Seconds that the oldest unpublished event waits, as the relay's metric says. */
  oldestAge: () => Promise<number>;
  stop: () => Promise<void>;
}

/**
 * Publishes as `source` does, for tests of consumers. Applies Kiban's topology first.
 * @param url an empty PostgreSQL database
 */
export async function startEventSource(
  source: string,
  url: string,
  connection: PubSubConnection,
): Promise<EventSource> {
  await applyTopology(topology, connection);
  const database = createDatabase<never>({ url });
  await migrate(database, { set: 'outbox', migrations: outboxMigrations });
  const outbox = createOutbox({ source, wake: database });
  const publisher = createPublisher(connection);
  const metrics = new Registry();
  const relay = createRelay({ databases: [{ name: source, url }], publisher, topology, metrics });
  return {
    async publish(event, message) {
      await database.tx(async (tx) => {
        outbox.publish(tx, event, message);
        await tx.query('SELECT 1');
      });
    },
    async oldestAge() {
      const metric = await metrics.getSingleMetric('outbox_oldest_age_seconds')?.get();
      return metric?.values[0]?.value ?? 0;
    },
    async stop() {
      await relay.stop();
      await publisher.close();
      await database.close();
    },
  };
}
