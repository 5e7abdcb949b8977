import { errorCode } from '@kiban/database';
import type { Queryable } from '../queryable.ts';
import type { EncodedEvent } from './encode-event.ts';
import { OutboxError } from './outbox-error.ts';

/** One advisory lock per key; more of them run PostgreSQL out of lock memory. */
const MAX_KEYS_PER_TRANSACTION = 1_000;

/**
 * Writes events as the last statement of a transaction: outbox_publish() takes the locks of their keys in one global
 * order and only then their numbers, so that numbers ascend in commit order inside a key.
 * Payloads travel as one byte string with lengths: an array of bytea would be sent as text of twice the size.
 * @throws OutboxError `too-many-keys`, `no-outbox-table`
 */
export async function writeEvents(tx: Queryable, events: readonly EncodedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const keys = new Set(events.map((event) => `${event.topic}\0${event.key}`));
  if (keys.size > MAX_KEYS_PER_TRANSACTION) {
    throw new OutboxError(
      'too-many-keys',
      `this transaction publishes events of ${keys.size} keys; allowed are ${MAX_KEYS_PER_TRANSACTION}. ` +
        'Split the work into several transactions',
    );
  }
  try {
    await tx.query('SELECT outbox_publish($1::uuid[], $2::text[], $3::text[], $4::bytea, $5::int[], $6::text[])', [
      events.map((event) => event.id),
      events.map((event) => event.topic),
      events.map((event) => event.key),
      Buffer.concat(events.map((event) => event.payload)),
      events.map((event) => event.payload.length),
      events.map((event) => JSON.stringify(event.attributes)),
    ]);
  } catch (error) {
    if (errorCode(error) !== '42883') throw error;
    throw new OutboxError(
      'no-outbox-table',
      'this database has no outbox. Run its migrations with `outboxMigrations`',
      {
        cause: error,
      },
    );
  }
}
