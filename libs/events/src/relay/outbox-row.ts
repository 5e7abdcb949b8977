/** One row of the outbox as the relay reads it. */
export interface OutboxRow {
  /** bigint as text. */
  readonly id: string;
  readonly event_id: string;
  readonly topic: string;
  readonly ordering_key: string;
  readonly payload: Buffer;
  readonly attributes: Record<string, string>;
  /** Seconds since the insert, by the database's clock. */
  readonly age: number;
  /** Failed attempts of this key so far; null when its last publish went well. */
  readonly attempts: number | null;
  /** Whether any key of this shard is held back in this snapshot. */
  readonly held: boolean;
}

/**
 * The head of a shard without the keys that wait for a retry, at most $3 rows and 32 MiB. `held` comes from the same
 * snapshot: the floor may not pass rows this statement skipped.
 */
export const SELECT_HEAD = `
SELECT id::text, event_id, topic, ordering_key, payload, attributes,
  extract(epoch FROM clock_timestamp() - created_at)::float8 AS age, attempts, held
FROM (
  SELECT head.*, sum(octet_length(payload)) OVER (ORDER BY id) - octet_length(payload) AS bytes_before
  FROM (
    SELECT o.*, k.attempts,
      EXISTS (SELECT 1 FROM outbox_key h WHERE h.shard = $1::smallint AND h.retry_at > now()) AS held
    FROM outbox o LEFT JOIN outbox_key k ON k.topic = o.topic AND k.ordering_key = o.ordering_key
    WHERE o.shard = $1::smallint AND o.id >= $2::bigint AND (k.retry_at IS NULL OR k.retry_at <= now())
    ORDER BY o.id LIMIT $3
  ) AS head
) AS sized
WHERE bytes_before < 33554432
ORDER BY sized.id`;
