import type { EventDefinition } from '../define-event.ts';
import type { Queryable } from '../queryable.ts';

/** What a handler knows besides the message. */
export interface HandlerContext<Tx> {
  /** The transaction that also holds the inbox row. */
  readonly tx: Tx;
  /** UUIDv7 of the event. */
  readonly id: string;
  /** 1 for the first try in this process. */
  readonly attempt: number;
  readonly orderingKey: string;
  /** When its producer published it, if it said so. */
  readonly time: Date | undefined;
  /** Service that published it. */
  readonly source: string;
}

/** A handler as the dispatcher runs it; `@OnEvent` makes one of a provider's method. */
export interface EventHandler<Tx extends Queryable = Queryable> {
  readonly event: EventDefinition;
  readonly subscription: string;
  /** Attempts in this process before the event goes to inbox_dead and its key goes on. Default: never. */
  readonly deadLetterAfter?: number | undefined;
  handle(message: unknown, context: HandlerContext<Tx>): Promise<void>;
}

/** Opens the transactions of handlers; `Database` of @kiban/database is one. */
export interface HandlerDatabase<Tx extends Queryable = Queryable> extends Queryable {
  tx<Result>(run: (tx: Tx) => Promise<Result>): Promise<Result>;
}
