import { errorCode } from '@kiban/database';
import type { Queryable } from '../queryable.ts';
import { uuid7Floor } from '../uuid7.ts';

const DAY_MS = 86_400_000;

export interface InboxRetention {
  /** Days that a received id is remembered. Keep it above the retention of the subscriptions (7 days). Default 10. */
  readonly keepDays?: number;
  /** Days prepared in advance. Default 3. */
  readonly aheadDays?: number;
  /** Milliseconds since 1970; for tests. */
  readonly now?: number;
}

/**
 * Makes the partitions of the coming days and drops those that are past: cleaning up is a DROP, never a DELETE with its
 * vacuum. Call it at start and daily; several processes may do it at once.
 * @returns names of the partitions made and dropped
 */
export async function maintainInbox(
  database: Queryable,
  options: InboxRetention = {},
): Promise<{ created: string[]; dropped: string[] }> {
  const { keepDays = 10, aheadDays = 3, now = Date.now() } = options;
  const today = Math.floor(now / DAY_MS);
  const found = await database.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'inbox'::regclass AND c.relname ~ '^inbox_[0-9]{8}$'`,
  );
  const names = new Set(found.rows.map((row) => row.name));
  const created: string[] = [];
  for (let day = today - 1; day <= today + aheadDays; day++) {
    const name = partitionName(day);
    if (names.has(name)) continue;
    if (await createPartition(database, name, day)) created.push(name);
  }
  const dropped = [...names].filter((name) => name < partitionName(today - keepDays)).sort();
  for (const name of dropped) await database.query(`DROP TABLE IF EXISTS ${name}`);
  await database.query("DELETE FROM inbox_rest WHERE received_at < now() - $1 * interval '1 day'", [keepDays]);
  return { created, dropped };
}

async function createPartition(database: Queryable, name: string, day: number): Promise<boolean> {
  try {
    await database.query(
      `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF inbox
       FOR VALUES FROM ('${uuid7Floor(day * DAY_MS)}') TO ('${uuid7Floor((day + 1) * DAY_MS)}')`,
    );
    return true;
  } catch (error) {
    // 23514: inbox_rest already has ids of that day, and serves them. 42P07, 42P17, 23505: another process was faster.
    if (['23514', '42P07', '42P17', '23505'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

function partitionName(day: number): string {
  return `inbox_${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}`;
}
