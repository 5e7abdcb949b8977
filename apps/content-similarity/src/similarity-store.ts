import { ChangeTail, type Database } from '@kiban/database';
import { CoReading, TextIndex } from '@kiban/text-index';
import { type Change, readChanges } from './database/read-changes.ts';
import type { SimilaritySchema } from './database/schema.ts';
import { CHANGE_LOG } from './database/write-changes.ts';

/** Everything that the use cases work with: the tables, and what every replica keeps of them in memory. */
export class SimilarityStore {
  readonly database: Database<SimilaritySchema>;
  readonly index = new TextIndex();
  readonly coReading = new CoReading();
  readonly tail: ChangeTail<Change>;

  constructor(database: Database<SimilaritySchema>, onError?: (error: unknown) => void) {
    this.database = database;
    this.tail = new ChangeTail<Change>({
      database,
      log: CHANGE_LOG,
      read: (after) => readChanges(database, after),
      apply: (change) => this.apply(change),
      seqOf: ({ seq }) => seq,
      ...(onError && { onError }),
    });
  }

  /** Loads the index and keeps following the tables. */
  async load(): Promise<void> {
    await this.tail.start();
    this.index.freeze();
  }

  private apply(change: Change): void {
    if (change.kind === 'document') this.index.upsert(change);
    else if (change.kind === 'removal') this.index.delete(change.id);
    else if (change.kind === 'reading') this.coReading.record(change.user, change.article);
    else this.coReading.erase(change.user);
  }
}
