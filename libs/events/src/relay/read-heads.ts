import type { Client, QueryResult } from 'pg';
import { beginPass, parseBegun } from './begin-pass.ts';
import { type Heads, MAX_READ_BYTES, type OutboxRow } from './outbox-row.ts';

/**
 * The first $3 rows of each shard that `beginPass` locked, without the keys that wait for a retry, at most 32 MiB together.
 * $1 and $2: shards and where each begins.
 */
const HEADS = `
SELECT shard::int, id::text, event_id, topic, ordering_key, payload, attributes, age, attempts, held
FROM (
  SELECT head.*, keys.held, sum(octet_length(payload)) OVER (ORDER BY head.shard, head.id ROWS UNBOUNDED PRECEDING)
    - octet_length(payload) AS bytes_before
  FROM unnest($1, $2) AS s(shard, start)
  CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS some, count(*) FILTER (WHERE retry_at > now()) > 0 AS held
    FROM outbox_key WHERE outbox_key.shard = s.shard::smallint
  ) AS keys
  CROSS JOIN LATERAL (
    SELECT o.*, date_part('epoch', clock_timestamp() - o.created_at) AS age,
      CASE WHEN keys.some THEN (SELECT attempts FROM outbox_key k
        WHERE k.topic = o.topic AND k.ordering_key = o.ordering_key) END AS attempts
    FROM outbox o
    WHERE o.shard = s.shard::smallint AND o.id >= s.start
      AND NOT (keys.held AND EXISTS (SELECT 1 FROM outbox_key k
        WHERE k.topic = o.topic AND k.ordering_key = o.ordering_key AND k.retry_at > now()))
    ORDER BY o.id LIMIT $3
  ) AS head
  WHERE s.shard = ANY(string_to_array(current_setting('kiban.shards'), ',')::int[])
) AS sized
WHERE bytes_before < ${MAX_READ_BYTES}
ORDER BY shard, sized.id`;

/** Once per connection of our own: planning this statement costs more than running it. */
export const PREPARE_HEADS = `PREPARE outbox_heads (int[], bigint[], int) AS ${HEADS}`;

/** One round trip: locks what is pending among the shards and reads a little of each. The transaction stays open. */
export async function readHeads(
  client: Client,
  shards: readonly number[],
  starts: readonly bigint[],
  limit: number,
  pooled: boolean,
): Promise<Heads> {
  const values = [`'{${shards.join(',')}}'::int[]`, `'{${starts.join(',')}}'::bigint[]`, String(limit)];
  // Behind a pooler the next transaction may meet a server connection that knows no such statement.
  const read = pooled
    ? HEADS.replace(/\$(\d)/g, (_, n) => values[Number(n) - 1] ?? '')
    : `EXECUTE outbox_heads(${values.join(', ')})`;
  const results = (await client.query(beginPass(shards, starts, pooled) + read)) as unknown as QueryResult[];
  const config = results.at(-2)?.rows[0] as { shards?: string; empty?: string | null } | undefined;
  return { ...parseBegun(config?.shards, config?.empty), rows: (results.at(-1)?.rows ?? []) as OutboxRow[] };
}
