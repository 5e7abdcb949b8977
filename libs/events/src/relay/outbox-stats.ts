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

/** Cheap at any backlog: 16 index probes and a capped count. */
export async function outboxStats(database: Queryable): Promise<OutboxStats> {
  const { rows } = await database.query<{ pending: number; oldest: number | null; blocked: number; dead: number }>(
    `SELECT
       (SELECT count(*)::int FROM (SELECT 1 FROM outbox LIMIT 100000) AS counted) AS pending,
       (SELECT extract(epoch FROM clock_timestamp() - min(created_at))::float8 FROM generate_series(0, ${SHARDS - 1}) AS s,
         LATERAL (SELECT created_at FROM outbox WHERE shard = s::smallint ORDER BY id LIMIT 1) AS head) AS oldest,
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
