import { IDLE_IN_TRANSACTION_MS, SHARD_LOCK_CLASS } from './relay-options.ts';

/**
 * What every connection that moves shards needs. A delete lost in a crash of the server only repeats a publish, and the inbox
 * drops the repetition. Statistics of a table that fills and empties in seconds mislead the planner: only its index is right.
 */
const SETTINGS = [
  ['idle_in_transaction_session_timeout', String(IDLE_IN_TRANSACTION_MS)],
  ['statement_timeout', '10000'],
  ['synchronous_commit', 'off'],
  ['enable_seqscan', 'off'],
  ['enable_bitmapscan', 'off'],
  ['enable_hashjoin', 'off'],
  ['enable_mergejoin', 'off'],
  ['plan_cache_mode', 'force_generic_plan'],
] as const;

/** For a connection of our own, once. */
export const SESSION_SETTINGS = SETTINGS.map(([name, value]) => `SET ${name} = ${value}`).join('; ');

/** For a connection that a pooler lends for one transaction. */
const LOCAL_SETTINGS = SETTINGS.map(([name, value]) => `SET LOCAL ${name} = ${value};`).join(' ');

/**
 * Begins a transaction and takes the lock of each shard that has rows which may go now: past the floor, of a key that is not
 * held. The locks in a statement of their own: reading in the same one would use the snapshot from before they were granted
 * and publish rows that the previous holder has just deleted, out of order. The setting hands the shards to the next
 * statement of the same message, which saves a round trip.
 *
 * LIMIT keeps each shard's look a scan of its own. As a join, a planner that last saw the table empty reads all of its index,
 * rows long deleted included, for every look.
 */
export function beginPass(shards: readonly number[], starts: readonly bigint[], pooled: boolean): string {
  return `BEGIN; ${pooled ? LOCAL_SETTINGS : ''} SELECT
  set_config('kiban.shards', coalesce(string_agg(shard::text, ',' ORDER BY shard) FILTER (WHERE locked), ''), true) AS shards,
  string_agg(shard::text, ',') FILTER (WHERE locked IS NULL AND NOT held) AS empty
FROM (
  SELECT shard, CASE WHEN pending THEN pg_try_advisory_xact_lock(${SHARD_LOCK_CLASS}, shard) END AS locked,
    EXISTS (SELECT 1 FROM outbox_key k WHERE k.shard = s.shard::smallint AND k.retry_at > now()) AS held
  FROM unnest('{${shards.join(',')}}'::int[], '{${starts.join(',')}}'::bigint[]) AS s(shard, start)
  LEFT JOIN LATERAL (
    SELECT true AS pending FROM outbox o WHERE o.shard = s.shard::smallint AND o.id >= s.start
      AND NOT EXISTS (SELECT 1 FROM outbox_key k
        WHERE k.topic = o.topic AND k.ordering_key = o.ordering_key AND k.retry_at > now())
    ORDER BY o.id LIMIT 1
  ) AS head ON true
  OFFSET 0
) AS looks; `;
}

/** What `beginPass` answers. */
export interface Begun {
  /** Shards whose lock this transaction holds. */
  readonly locked: readonly number[];
  /** Shards in which nothing at or after the start is left, not even of a held key. */
  readonly empty: readonly number[];
}

export function parseBegun(shards: string | null | undefined, empty: string | null | undefined): Begun {
  return { locked: parseShards(shards), empty: parseShards(empty) };
}

function parseShards(text: string | null | undefined): number[] {
  return text === '' || text === null || text === undefined ? [] : text.split(',').map(Number);
}
