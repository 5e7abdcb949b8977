import type { Job } from '../job.ts';

/** Databases of the services that publish events. */
const PUBLISHERS = ['content', 'recommendation'] as const;
const TABLES = ['outbox', 'outbox_key', 'outbox_dead'];

/** Rebuilds the indexes of the outbox tables. CONCURRENTLY: writers and relays go on meanwhile. */
export const eventsReindex: Job = async (context) => {
  let before = 0n;
  let after = 0n;
  for (const name of PUBLISHERS) {
    const db = context.database(name);
    const indexBytes = async () => {
      const { rows } = await db.query<{ bytes: bigint }>(
        'select coalesce(sum(pg_indexes_size(name::regclass)), 0)::bigint as bytes from unnest($1::text[]) as t(name)',
        [TABLES],
      );
      return rows[0]?.bytes ?? 0n;
    };
    before += await indexBytes();
    for (const table of TABLES) await db.query(`reindex table concurrently ${table}`);
    after += await indexBytes();
  }
  return { indexBytesBefore: Number(before), indexBytesAfter: Number(after) };
};
