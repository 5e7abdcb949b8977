import type { Database } from '@kiban/database';
import { writeEvents } from '../src/outbox/write-events.ts';

const BATCH = 500;

interface DeadRow {
  readonly event_id: string;
  readonly topic: string;
  readonly ordering_key: string;
  readonly payload: Buffer;
  readonly attributes: Record<string, string>;
}

/**
 * Puts dead events back with the same identity, behind what waits of their key.
 * @param only one event; undefined = all, oldest first
 * @returns ids
 */
export async function replayDeadEvents(database: Database<unknown>, only: string | undefined): Promise<string[]> {
  const replayed: string[] = [];
  for (;;) {
    const ids = await database.tx(async (tx) => {
      const { rows } = await tx.query<DeadRow>(
        `DELETE FROM outbox_dead WHERE event_id IN (
           SELECT event_id FROM outbox_dead WHERE $1::uuid IS NULL OR event_id = $1 ORDER BY created_at LIMIT ${BATCH}
           FOR UPDATE SKIP LOCKED)
         RETURNING event_id, topic, ordering_key, payload, attributes`,
        [only ?? null],
      );
      // UUIDv7: their order is the order of publishing.
      const events = rows
        .toSorted((a, b) => (a.event_id < b.event_id ? -1 : 1))
        .map((row) => ({ ...row, id: row.event_id, key: row.ordering_key }));
      tx.beforeCommit(() => writeEvents(tx, events));
      return events.map((event) => event.id);
    });
    replayed.push(...ids);
    if (ids.length < BATCH || only !== undefined) return replayed;
  }
}
