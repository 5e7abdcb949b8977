import type { Database } from '@kiban/database';
import { createOutbox } from '@kiban/events';
import type { ContentStore } from './content-store.ts';
import type { ContentSchema } from './database/schema.ts';
import { tokenKeyOf } from './database/token-key.ts';
import { ChangeFeed } from './watch-articles/change-feed.ts';

/** The store on a migrated database; `stopping` aborts when the service goes away. */
export function openStore(db: Database<ContentSchema>, stopping: AbortSignal): ContentStore {
  return {
    db,
    stopping,
    outbox: createOutbox({ source: 'content', wake: db }),
    feed: new ChangeFeed(db),
    tokenKey: tokenKeyOf(db),
  };
}
