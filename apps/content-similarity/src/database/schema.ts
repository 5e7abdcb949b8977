import type { ColumnType, Generated } from 'kysely';

/** A published article as the index needs it. */
export interface DocumentTable {
  id: string;
  /** Number of the last change, from change_seq. */
  seq: bigint;
  title: string;
  body: string;
  tags: string[];
  language: string;
  /** The row stays when the article is deleted, so that a late event cannot bring it back. */
  deleted: Generated<boolean>;
}

/** That somebody read an article. */
export interface ReadingTable {
  user_id: string;
  article_id: string;
  seq: bigint;
}

/** That somebody is to be forgotten; kept for a day, for replicas that follow. */
export interface ErasureTable {
  seq: bigint;
  user_id: string;
  erased_at: ColumnType<Date, never, never>;
}

/** The database `similarity`. */
export interface SimilaritySchema {
  document: DocumentTable;
  reading: ReadingTable;
  erasure: ErasureTable;
}
