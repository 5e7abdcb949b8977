import type pg from 'pg';
import type { Accepted } from './fault-broker.ts';
import type { PlanResult } from './plan.ts';

export interface Verdict {
  readonly committed: number;
  /** Committed and never accepted by the broker. */
  readonly lost: number;
  /** Accepted and never committed. */
  readonly invented: number;
  /** Neighbours of one key whose first acceptance contradicts the commit order. */
  readonly inversions: number;
  readonly duplicates: number;
  readonly effects: number;
  /** The same for the effects behind the inbox. */
  readonly effectInversions: number;
}

/** Compares what the broker accepted with what PostgreSQL committed, in the order of its own commit timestamps. */
export async function judge(admin: pg.Pool, log: readonly Accepted[]): Promise<Verdict> {
  const truth = await admin.query<{ event_id: string; key: string }>(
    'SELECT event_id, key FROM truth ORDER BY pg_xact_commit_timestamp(xid::xid), position',
  );
  const rank = new Map(truth.rows.map((row, index) => [row.event_id, index]));
  const seen = new Set<string>();
  const first: Accepted[] = [];
  let invented = 0;
  for (const message of log) {
    if (seen.has(message.id)) continue;
    seen.add(message.id);
    if (rank.has(message.id)) first.push(message);
    else invented++;
  }
  const effects = await admin.query<{ id: string; key: string }>('SELECT event_id AS id, key FROM effect ORDER BY n');
  return {
    committed: rank.size,
    lost: rank.size - first.length,
    invented,
    inversions: countInversions(first, rank),
    duplicates: log.length - seen.size,
    effects: effects.rows.length,
    effectInversions: countInversions(effects.rows, rank),
  };
}

export type EffectVerdict = Pick<
  PlanResult,
  'committed' | 'lost' | 'invented' | 'inversions' | 'duplicates' | 'effects' | 'effectInversions'
>;

/**
 * Judges by the effects alone, where the messages in between went through the real Pub/Sub: lost is committed without an
 * effect, duplicates are the deliveries that the inbox dropped.
 */
export async function judgeEffects(admin: pg.Pool): Promise<EffectVerdict> {
  const truth = await admin.query<{ event_id: string }>(
    'SELECT event_id FROM truth ORDER BY pg_xact_commit_timestamp(xid::xid), position',
  );
  const rank = new Map(truth.rows.map((row, index) => [row.event_id, index]));
  const effects = await admin.query<{ id: string; key: string }>('SELECT event_id AS id, key FROM effect ORDER BY n');
  const ids = new Set(effects.rows.map(({ id }) => id));
  const dropped = await admin.query('SELECT 1 FROM dropped');
  const inversions = countInversions(effects.rows, rank);
  return {
    committed: rank.size,
    lost: [...rank.keys()].filter((id) => !ids.has(id)).length,
    invented: [...ids].filter((id) => !rank.has(id)).length,
    inversions,
    duplicates: dropped.rows.length,
    effects: effects.rows.length,
    effectInversions: inversions,
  };
}

/** Those of these events that have had their effect. */
export async function effectsOf(admin: pg.Pool, ids: readonly string[]): Promise<string[]> {
  const { rows } = await admin.query<{ id: string }>(
    'SELECT event_id AS id FROM effect WHERE event_id = ANY($1::uuid[])',
    [ids],
  );
  return rows.map(({ id }) => id);
}

function countInversions(events: readonly { id: string; key: string }[], rank: ReadonlyMap<string, number>): number {
  const last = new Map<string, number>();
  let inversions = 0;
  for (const { id, key } of events) {
    const position = rank.get(id) ?? -1;
    if (position < (last.get(key) ?? -1)) inversions++;
    else last.set(key, position);
  }
  return inversions;
}
