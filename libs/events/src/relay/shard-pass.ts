import type { Publisher } from '@kiban/pubsub';
import type { Client } from 'pg';
import type { Floor } from './floor.ts';
import { type OutboxRow, SELECT_HEAD } from './outbox-row.ts';
import { type BatchResult, type FailedKey, isOutage, isTrouble, publishBatch } from './publish-batch.ts';
import { IDLE_IN_TRANSACTION_MS, SHARD_LOCK_CLASS } from './relay-options.ts';

export interface PassOptions {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly deadLetters: (topic: string) => boolean;
  readonly batch: number;
  readonly retryMs: { readonly first: number; readonly last: number };
}

export interface PassResult extends BatchResult {
  /** Seconds from the select to the end of publishing, to be added to the rows' age. */
  readonly seconds: number;
}

const NOTHING: PassResult = { published: [], failed: [], dead: [], seconds: 0 };

/**
 * One transaction on one shard: lock, read the head, publish, delete what was acknowledged, remember what was not.
 * Whoever dies in between leaves the rows where they were.
 */
export async function passShard(
  client: Client,
  shard: number,
  floor: Floor,
  options: PassOptions,
): Promise<PassResult> {
  // The lock in a statement of its own: a SELECT in the same one would read the snapshot from before the lock was granted
  // and publish rows that its previous holder has just deleted, out of order.
  const results = (await client.query(
    `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}; SET LOCAL statement_timeout = 10000; ` +
      // A delete lost in a crash of the server only repeats a publish; the inbox drops the repetition.
      `SET LOCAL synchronous_commit = off; SELECT pg_try_advisory_xact_lock(${SHARD_LOCK_CLASS}, ${shard}) AS locked`,
  )) as unknown as { rows: { locked?: boolean }[] }[];
  if (results.at(-1)?.rows[0]?.locked !== true) {
    await client.query('ROLLBACK');
    return NOTHING;
  }
  const settled = floor.settled;
  const { rows } = await client.query<OutboxRow>({
    name: 'outbox_head',
    text: SELECT_HEAD,
    values: [shard, floor.of(shard).toString(), options.batch],
  });
  const last = rows.at(-1);
  if (last === undefined) {
    await client.query('ROLLBACK');
    return NOTHING;
  }
  const selectedAt = performance.now();
  const result = await publishBatch(rows, options.publisher, options.deadLetters);
  const seconds = (performance.now() - selectedAt) / 1000;
  if (!isOutage(result)) await remember(client, shard, result, options.retryMs);
  const gone = new Set([...result.published, ...result.dead.map((entry) => entry.row)]);
  const ids = [...gone].map((row) => row.id).join(',');
  // Numbers from the database's own bigint column: safe to write into the text, and one round trip fewer.
  await client.query(
    ids === '' ? 'COMMIT' : `DELETE FROM outbox WHERE shard = ${shard} AND id = ANY('{${ids}}'); COMMIT`,
  );
  if (!last.held) {
    const left = rows.find((row) => !gone.has(row));
    floor.raise(shard, settled, BigInt(last.id), left === undefined ? undefined : BigInt(left.id));
  }
  return { ...result, seconds };
}

async function remember(client: Client, shard: number, result: BatchResult, retryMs: PassOptions['retryMs']) {
  const failed = new Set(result.failed.map(keyOf));
  const recovered = new Map<string, OutboxRow>();
  for (const row of [...result.published, ...result.dead.map((entry) => entry.row)]) {
    if (row.attempts !== null && !failed.has(`${row.topic}\0${row.ordering_key}`)) {
      recovered.set(`${row.topic}\0${row.ordering_key}`, row);
    }
  }
  if (recovered.size > 0) {
    const rows = [...recovered.values()];
    await client.query(
      'DELETE FROM outbox_key WHERE (topic, ordering_key) IN (SELECT * FROM unnest($1::text[], $2::text[]))',
      [rows.map((row) => row.topic), rows.map((row) => row.ordering_key)],
    );
  }
  if (result.dead.length > 0) {
    await client.query(
      `INSERT INTO outbox_dead (event_id, topic, ordering_key, payload, attributes, created_at, error)
       SELECT o.event_id, o.topic, o.ordering_key, o.payload, o.attributes, o.created_at, d.error
       FROM unnest($2::bigint[], $3::text[]) AS d(id, error) JOIN outbox o ON o.shard = $1::smallint AND o.id = d.id
       ON CONFLICT (event_id) DO UPDATE SET error = excluded.error, died_at = clock_timestamp()`,
      [shard, result.dead.map((entry) => entry.row.id), result.dead.map((entry) => entry.error.message)],
    );
  }
  if (result.failed.length > 0) {
    await client.query(
      `INSERT INTO outbox_key AS k (topic, ordering_key, shard, attempts, retry_at, last_error, event_id)
       SELECT f.topic, f.key, $1::smallint, 1, clock_timestamp() + $6::float8 * interval '1 ms', f.error, f.event_id
       FROM unnest($2::text[], $3::text[], $4::text[], $5::uuid[]) AS f(topic, key, error, event_id)
       ON CONFLICT (topic, ordering_key) DO UPDATE SET
         attempts = k.attempts + 1, last_error = excluded.last_error, event_id = excluded.event_id,
         retry_at = clock_timestamp() + interval '1 ms' * least(
           CASE WHEN excluded.event_id = ANY($8::uuid[]) THEN $7::float8 / 10 ELSE $7 END, $6 * power(2, least(k.attempts, 30)))`,
      [
        shard,
        result.failed.map((entry) => entry.topic),
        result.failed.map((entry) => entry.key),
        result.failed.map((entry) => entry.error.message),
        result.failed.map((entry) => entry.row.event_id),
        retryMs.first,
        retryMs.last,
        // Trouble of the service passes by itself: those keys try again ten times as often in the end.
        result.failed.filter(isTrouble).map((entry) => entry.row.event_id),
      ],
    );
  }
}

function keyOf(entry: FailedKey): string {
  return `${entry.topic}\0${entry.key}`;
}
