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

/**
 * Cheap at any backlog: 16 index probes and a capped count.
 * @param starts by shard, where its rows begin: what was deleted before is not looked at
 */
export async function outboxStats(database: Queryable, starts = FROM_THE_BEGINNING): Promise<OutboxStats> {
  const { rows } = await database.query<{ pending: number; oldest: number | null; blocked: number; dead: number }>(
    `WITH s AS MATERIALIZED (SELECT (shard - 1)::smallint AS shard, start
         FROM unnest('{${starts.join(',')}}'::bigint[]) WITH ORDINALITY AS s(start, shard))
     SELECT
       (SELECT count(*)::int FROM (
         SELECT 1 FROM s, LATERAL (SELECT 1 FROM outbox o WHERE o.shard = s.shard AND o.id >= s.start ORDER BY o.id LIMIT 100000) AS one
         LIMIT 100000) AS counted) AS pending,
       (SELECT extract(epoch FROM clock_timestamp() - min(created_at))::float8 FROM s,
         LATERAL (SELECT created_at FROM outbox o WHERE o.shard = s.shard AND o.id >= s.start ORDER BY o.id LIMIT 1) AS head) AS oldest,
       (SELECT count(*)::int FROM outbox_key) AS blocked,
       (SELECT count(*)::int FROM outbox_dead) AS dead`,
  );
  const row = rows[0];
  return {
    pending: row?.pending ?? 0,
    oldestAge: Math.max(0, row?.oldest ?? 0),
    blockedKeys: row?.blocked ?? 0,
    dead: row?.dead ?? 0,
  };
}
