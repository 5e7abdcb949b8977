import type { Queryable } from '../queryable.ts';
import { SHARDS } from '../outbox/shards.ts';

export interface OutboxStats {
  /** Capped at 100,000. */
  readonly pending: number;
  /** Seconds; 0 when empty. */
  readonly oldestAge: number;
  readonly blockedKeys: number;
  readonly dead: number;
}

const FROM_THE_BEGINNING: readonly bigint[] = Array.from({ length: SHARDS }, () => 0n);

const MAX_PENDING = 100_000;

/**
 * Cheap at any backlog: 16 index probes and a capped count.
 * @param starts by shard, where its rows begin: what was deleted before is not looked at
 */
export async function outboxStats(database: Queryable, starts = FROM_THE_BEGINNING): Promise<OutboxStats> {
  const { rows } = await database.query<{ pending: number[]; oldest: number | null; blocked: number; dead: number }>(
    `WITH s AS MATERIALIZED (${shardStarts(starts)})
     SELECT
       (SELECT array_agg((${countFrom(MAX_PENDING / SHARDS)}) ORDER BY shard) FROM s) AS pending,
       (SELECT extract(epoch FROM clock_timestamp() - min(created_at))::float8 FROM s,
         LATERAL (SELECT created_at FROM outbox o WHERE o.shard = s.shard AND o.id >= s.start ORDER BY o.id LIMIT 1) AS head) AS oldest,
       (SELECT count(*)::int FROM outbox_key) AS blocked,
       (SELECT count(*)::int FROM outbox_dead) AS dead`,
  );
  const row = rows[0];
  return {
    pending: await countPending(database, starts, row?.pending ?? []),
    oldestAge: Math.max(0, row?.oldest ?? 0),
    blockedKeys: row?.blocked ?? 0,
    dead: row?.dead ?? 0,
  };
}

/**
 * The heads of all shards lie together in the table; counting one of them to its end would read all of a large backlog. So
 * only what is missing to the cap is counted further, and in an even backlog nothing is.
 */
async function countPending(database: Queryable, starts: readonly bigint[], heads: readonly number[]): Promise<number> {
  const counted = heads.reduce((sum, count) => sum + count, 0);
  const full = heads.flatMap((count, shard) => (count >= MAX_PENDING / SHARDS ? [shard] : []));
  if (counted >= MAX_PENDING || full.length === 0) return counted;
  const more = Math.ceil((MAX_PENDING - counted) / full.length);
  const { rows } = await database.query<{ counted: number }>(
    `SELECT coalesce(sum((${countFrom(MAX_PENDING / SHARDS + more)})), 0)::int AS counted
     FROM (${shardStarts(starts)} OFFSET 0) AS s WHERE shard IN (${full.join(',')})`,
  );
  return counted - (full.length * MAX_PENDING) / SHARDS + (rows[0]?.counted ?? 0);
}

function shardStarts(starts: readonly bigint[]): string {
  return `SELECT (n - 1)::smallint AS shard, start FROM unnest('{${starts.join(',')}}'::bigint[]) WITH ORDINALITY AS s(start, n)`;
}

/** Rows of the shard and start in `s`. */
function countFrom(limit: number): string {
  return `SELECT count(*)::int FROM (SELECT 1 FROM outbox o WHERE o.shard = s.shard AND o.id >= s.start ORDER BY o.id LIMIT ${limit}) AS one`;
}
