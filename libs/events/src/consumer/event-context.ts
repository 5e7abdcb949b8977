import type { Transaction } from 'kysely';
import type { EventTransaction } from '../queryable.ts';
import type { HandlerContext } from './event-handler.ts';

/** The transaction of a handler; `Tx<Schema>` of @kiban/database is one. */
export interface HandlerTransaction<Schema> extends EventTransaction {
  readonly kysely: Transaction<Schema>;
}

/**
 * What a handler knows besides the message. `tx` also holds the inbox row: write with it, and the effect happens once;
 * publish with it, and what follows from the event commits together with it.
 */
export type EventContext<Schema = unknown> = HandlerContext<HandlerTransaction<Schema>>;
