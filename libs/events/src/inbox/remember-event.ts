import type { Queryable } from '../queryable.ts';

/**
 * First statement of a handler's transaction: true when the event is new to this subscription. A second delivery at the
 * same time waits here for the first one's commit or rollback.
 */
export async function rememberEvent(tx: Queryable, subscription: string, eventId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'INSERT INTO inbox (subscription, event_id) VALUES ($1, $2::uuid) ON CONFLICT DO NOTHING',
    [subscription, eventId],
  );
  return rowCount === 1;
}
