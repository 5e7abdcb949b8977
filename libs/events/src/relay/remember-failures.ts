import type { Client } from 'pg';
import type { OutboxRow } from './outbox-row.ts';
import { type BatchResult, type FailedKey, isTrouble } from './publish-batch.ts';

/** Milliseconds before the first and the last retry of a key; doubles between. */
export interface RetryTimes {
  readonly first: number;
  readonly last: number;
}

/** Writes down, in the pass's transaction, which keys of a shard are held back, recovered or lost an event to outbox_dead. */
export async function rememberFailures(
  client: Client,
  shard: number,
  result: BatchResult,
  retryMs: RetryTimes,
): Promise<void> {
  await forgetRecovered(client, result);
  await buryDead(client, shard, result.dead);
  await holdFailed(client, shard, result.failed, retryMs);
}

async function forgetRecovered(client: Client, result: BatchResult): Promise<void> {
  const failed = new Set(result.failed.map(({ topic, key }) => `${topic}\0${key}`));
  const recovered = new Map<string, OutboxRow>();
  for (const row of [...result.published, ...result.dead.map((entry) => entry.row)]) {
    if (row.attempts === null) continue;
    const key = `${row.topic}\0${row.ordering_key}`;
    if (!failed.has(key)) recovered.set(key, row);
  }
  if (recovered.size === 0) return;
  const rows = [...recovered.values()];
  await client.query(
    'DELETE FROM outbox_key WHERE (topic, ordering_key) IN (SELECT * FROM unnest($1::text[], $2::text[]))',
    [rows.map((row) => row.topic), rows.map((row) => row.ordering_key)],
  );
}

async function buryDead(client: Client, shard: number, dead: BatchResult['dead']): Promise<void> {
  if (dead.length === 0) return;
  await client.query(
    `INSERT INTO outbox_dead (event_id, topic, ordering_key, payload, attributes, created_at, error)
     SELECT o.event_id, o.topic, o.ordering_key, o.payload, o.attributes, o.created_at, d.error
     FROM unnest($2::bigint[], $3::text[]) AS d(id, error) JOIN outbox o ON o.shard = $1::smallint AND o.id = d.id
     ON CONFLICT (event_id) DO UPDATE SET error = excluded.error, died_at = clock_timestamp()`,
    [shard, dead.map((entry) => entry.row.id), dead.map((entry) => entry.error.message)],
  );
}

async function holdFailed(
  client: Client,
  shard: number,
  failed: readonly FailedKey[],
  retryMs: RetryTimes,
): Promise<void> {
  if (failed.length === 0) return;
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
      failed.map((entry) => entry.topic),
      failed.map((entry) => entry.key),
      failed.map((entry) => entry.error.message),
      failed.map((entry) => entry.row.event_id),
      retryMs.first,
      retryMs.last,
      // Trouble of the service passes by itself: those keys try again ten times as often in the end.
      failed.filter(isTrouble).map((entry) => entry.row.event_id),
    ],
  );
}
