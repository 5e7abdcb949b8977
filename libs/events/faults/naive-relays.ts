import { setTimeout as delay } from 'node:timers/promises';
import type { Publisher } from '@kiban/pubsub';
import pg from 'pg';
import { attributesOf } from '../src/envelope.ts';

interface Row {
  readonly id: string;
  readonly shard: number;
  readonly event_id: string;
  readonly topic: string;
  readonly ordering_key: string;
  readonly payload: Buffer;
  readonly attributes: Record<string, string>;
}

interface NaiveOptions {
  readonly url: string;
  readonly name: string;
  readonly publisher: Publisher;
}

const COLUMNS = 'id::text, shard, event_id, topic, ordering_key, payload, attributes';

/**
 * Two designs found in many articles, run against the same suite to prove that it can fail: SKIP LOCKED with several relays
 * gives two batches of one key to two relays; a cursor over ids passes rows whose transaction commits later.
 */
export async function runNaiveRelay(mode: 'skip-locked' | 'cursor', options: NaiveOptions): Promise<never> {
  const client = new pg.Client({ connectionString: options.url, application_name: `kiban-relay ${options.name}` });
  client.on('error', () => process.exit(3));
  await client.connect();
  for (;;) {
    await client.query('BEGIN');
    const done = mode === 'skip-locked' ? await takeUnlocked(client, options) : await readOn(client, options);
    await client.query(done ? 'COMMIT' : 'ROLLBACK');
    if (!done) await delay(5);
  }
}

async function takeUnlocked(client: pg.Client, { publisher }: NaiveOptions): Promise<boolean> {
  const { rows } = await client.query<Row>(
    `DELETE FROM outbox WHERE (shard, id) IN (SELECT shard, id FROM outbox ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED)
     RETURNING ${COLUMNS}`,
  );
  return rows.length > 0 && publish(publisher, rows);
}

async function readOn(client: pg.Client, { publisher }: NaiveOptions): Promise<boolean> {
  const cursor = await client.query<{ id: string }>('SELECT id::text FROM naive_cursor FOR UPDATE SKIP LOCKED');
  const from = cursor.rows[0]?.id;
  if (from === undefined) return false;
  const { rows } = await client.query<Row>(`SELECT ${COLUMNS} FROM outbox WHERE id > $1 ORDER BY outbox.id LIMIT 100`, [
    from,
  ]);
  const last = rows.at(-1);
  if (last === undefined || !(await publish(publisher, rows))) return false;
  await client.query('UPDATE naive_cursor SET id = $1', [last.id]);
  return true;
}

async function publish(publisher: Publisher, rows: Row[]): Promise<boolean> {
  const sorted = rows.toSorted((a, b) => Number(a.id) - Number(b.id));
  const keys = Map.groupBy(sorted, (row) => row.ordering_key);
  const sent = await Promise.allSettled(
    [...keys.values()].map((own) =>
      publisher.publish(
        own[0]?.topic ?? '',
        own.map((row) => ({ data: row.payload, attributes: attributesOf(row), orderingKey: row.ordering_key })),
      ),
    ),
  );
  return sent.every((result) => result.status === 'fulfilled');
}
