import type { Database } from '@kiban/database';
import type { Outbox } from '@kiban/events';
import type { ContentSchema } from './database/schema.ts';
import type { ChangeFeed } from './watch-articles/change-feed.ts';

/** What every use case works with. */
export interface ContentStore {
  db: Database<ContentSchema>;
  /** Events of this service; publish inside the transaction of the write. */
  outbox: Outbox;
  /** Wakes watchers after a write. */
  feed: ChangeFeed;
  /** Aborts when the service goes away: open streams end, and their callers go on elsewhere. */
  stopping: AbortSignal;
  /** The key that signs page and resume tokens. */
  tokenKey(): Promise<Uint8Array>;
}
