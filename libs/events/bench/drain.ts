import type { Publisher } from '@kiban/pubsub';
import { Client } from 'pg';
import type { FaultDatabase } from '../faults/fault-database.ts';
import { createRelay } from '../src/relay/relay.ts';
import type { RelayOptions } from '../src/relay/relay-options.ts';
import { cpuMeter } from './cpu-meter.ts';
import { fill } from '../faults/ordered-publisher.ts';

export interface Drain {
  /** Events per second. */
  readonly rate: number;
  /** Microseconds of CPU per event. */
  readonly nodeMicros: number;
  readonly postgresMicros: number;
}

/** Accepts everything and does nothing: what is left is the relay and PostgreSQL. */
export function countingPublisher(): Publisher & { count: number } {
  const publisher = {
    count: 0,
    async publish(_topic: string, messages: readonly unknown[]) {
      publisher.count += messages.length;
      return [];
    },
    close: () => Promise.resolve(),
  };
  return publisher;
}

/** Our relay, counted at the publisher. */
export async function drainWithRelay(
  database: FaultDatabase,
  events: number,
  publisher: Pick<Publisher, 'publish'>,
  more: Pick<RelayOptions, 'batch' | 'connections'> = {},
): Promise<Drain> {
  await fill(database.admin, events);
  let sent = 0;
  let finish = () => undefined as void;
  const done = new Promise<void>((resolve) => (finish = resolve));
  return measure(database, events, async () => {
    const relay = createRelay({
      ...more,
      databases: [{ name: 'bench', url: database.url }],
      publisher: {
        async publish(topic, messages) {
          const ids = await publisher.publish(topic, messages);
          sent += messages.length;
          if (sent >= events) finish();
          return ids;
        },
      },
    });
    await done;
    return () => relay.stop();
  });
}

/** The control: four connections, SKIP LOCKED, no order at all. */
export async function drainUnordered(database: FaultDatabase, events: number): Promise<Drain> {
  await fill(database.admin, events);
  const worker = async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    for (;;) {
      const { rows } = await client.query({
        name: 'control',
        text: `WITH head AS MATERIALIZED (SELECT ctid FROM outbox ORDER BY shard, id LIMIT 500 FOR UPDATE SKIP LOCKED)
               DELETE FROM outbox o USING head WHERE o.ctid = head.ctid
               RETURNING o.id::text, o.event_id, o.topic, o.ordering_key, o.payload, o.attributes`,
      });
      if (rows.length === 0) break;
    }
    await client.end();
  };
  return measure(database, events, async () => {
    await Promise.all(Array.from({ length: 4 }, worker));
    return () => Promise.resolve();
  });
}

async function measure(
  database: FaultDatabase,
  events: number,
  run: () => Promise<() => Promise<void>>,
): Promise<Drain> {
  const cpu = cpuMeter(database.pid);
  const started = performance.now();
  const stop = await run();
  const seconds = (performance.now() - started) / 1000;
  const spent = cpu();
  await stop();
  return {
    rate: events / seconds,
    nodeMicros: (spent.node / events) * 1e6,
    postgresMicros: (spent.postgres / events) * 1e6,
  };
}
