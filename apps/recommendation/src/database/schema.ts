import type { ColumnType } from 'kysely';

/** An article as the recommender needs it. */
export interface ArticleTable {
  id: string;
  /** Number of the last change, from change_seq. */
  seq: bigint;
  title: string;
  body: string;
  tags: string[];
  language: string;
  create_time: Date;
  /** The row stays when the article is deleted, so that a late event cannot bring it back. */
  deleted: boolean;
}

/** One thing that a reader did. Rows are added, never changed; erasing a reader deletes them. */
export interface InteractionTable {
  seq: bigint;
  /** Identity given by the caller or made here; a UUID. */
  interaction_id: string;
  user_id: string;
  article_id: string;
  /** kiban.events.v1.InteractionType */
  type: number;
  time: Date;
}

/** That somebody is to be forgotten; kept for a day, for replicas that follow. */
export interface ErasureTable {
  seq: bigint;
  user_id: string;
  erased_at: ColumnType<Date, never, never>;
}

/** The database `recommendation`. */
export interface RecommendationSchema {
  article: ArticleTable;
  interaction: InteractionTable;
  erasure: ErasureTable;
  /** One row: the key that signs page tokens, the same for every replica. */
  token_key: { key: Uint8Array };
}
