import { InteractionType } from '@kiban/contracts/kiban/events/v1';
import { ChangeTail, type Database } from '@kiban/database';
import { createOutbox, type Outbox } from '@kiban/events';
import { interactionWeight, Recommender } from '@kiban/recommender';
import { CHANGE_LOG } from './database/change-log.ts';
import { type Change, readChanges } from './database/read-changes.ts';
import type { RecommendationSchema } from './database/schema.ts';
import { tokenKeyOf } from './database/token-key.ts';

/** Everything that the use cases work with: the tables, and what every replica keeps of them in memory. */
export class RecommendationStore {
  readonly database: Database<RecommendationSchema>;
  readonly outbox: Outbox;
  readonly recommender = new Recommender();
  readonly tail: ChangeTail<Change>;
  /** The key that signs page tokens. */
  readonly tokenKey: () => Promise<Uint8Array>;

  constructor(database: Database<RecommendationSchema>, onError?: (error: unknown) => void) {
    this.database = database;
    this.outbox = createOutbox({ source: 'recommendation', wake: database });
    this.tokenKey = tokenKeyOf(database);
    this.tail = new ChangeTail<Change>({
      database,
      log: CHANGE_LOG,
      read: (after) => readChanges(database, after),
      apply: (change) => this.apply(change),
      seqOf: ({ seq }) => seq,
      ...(onError && { onError }),
    });
  }

  private apply(change: Change): void {
    const { recommender } = this;
    if (change.kind === 'article') {
      recommender.upsertArticle({ ...change, createTime: change.time.getTime() }, change.seq);
    } else if (change.kind === 'removal') {
      recommender.deleteArticle(change.id, change.seq);
    } else if (change.kind === 'interaction') {
      const { user, article, type, time } = change;
      recommender.record(
        { user, article, weight: interactionWeight(InteractionType[type]), time: time.getTime() },
        change.seq,
      );
    } else {
      recommender.erase(change.user, change.seq);
    }
  }
}
