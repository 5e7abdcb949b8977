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
 */
export function beginPass(shards: readonly number[], starts: readonly bigint[], pooled: boolean): string {
  return `BEGIN; ${pooled ? LOCAL_SETTINGS : ''} SELECT set_config('kiban.shards', coalesce((
  SELECT string_agg(shard::text, ',' ORDER BY shard) FROM (
    SELECT shard FROM unnest('{${shards.join(',')}}'::int[], '{${starts.join(',')}}'::bigint[]) AS s(shard, start)
    WHERE EXISTS (
      SELECT 1 FROM outbox o WHERE o.shard = s.shard::smallint AND o.id >= s.start
        AND NOT EXISTS (SELECT 1 FROM outbox_key k
          WHERE k.topic = o.topic AND k.ordering_key = o.ordering_key AND k.retry_at > now())) OFFSET 0
  ) AS pending WHERE pg_try_advisory_xact_lock(${SHARD_LOCK_CLASS}, shard)), ''), true) AS shards; `;
}

export function parseShards(text: string | null | undefined): number[] {
  return text === '' || text === null || text === undefined ? [] : text.split(',').map(Number);
}
