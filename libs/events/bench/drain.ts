import type pg from 'pg';
import { Client } from 'pg';
import type { Publisher } from '@kiban/pubsub';
import { createRelay } from '../src/relay/relay.ts';
import { fill } from './fill.ts';

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

/** Events per second of our relay, counted at the publisher. */
export async function drainWithRelay(
  admin: pg.Pool,
  url: string,
  events: number,
  publisher: Pick<Publisher, 'publish'>,
): Promise<number> {
  await fill(admin, events);
  let sent = 0;
  let finish = () => undefined as void;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const started = performance.now();
  const relay = createRelay({
    databases: [{ name: 'bench', url }],
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
  const seconds = (performance.now() - started) / 1000;
  await relay.stop();
  return events / seconds;
}

/** The control: four connections, SKIP LOCKED, no order at all. */
export async function drainUnordered(admin: pg.Pool, url: string, events: number): Promise<number> {
  await fill(admin, events);
  const started = performance.now();
  const worker = async () => {
    const client = new Client({ connectionString: url });
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
  await Promise.all(Array.from({ length: 4 }, worker));
  return events / ((performance.now() - started) / 1000);
}
