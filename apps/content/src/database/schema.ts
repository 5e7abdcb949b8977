import type { ColumnType, Generated } from 'kysely';

/** A timestamptz: read through selectMicros, written through timestamptz(). */
type Time = ColumnType<Date, unknown, unknown>;

export interface ArticleTable {
  article_id: string;
  title: string;
  body: string;
  tags: string[];
  language: string;
  url: string;
  authors: string[];
  create_time: Time;
  update_time: Time;
  /** Changes with every write. */
  etag: string;
  /** Set when deleted: the row stays as a tombstone, so that its id is never given out again. */
  delete_time: ColumnType<Date | null, unknown, unknown>;
}

/** What WatchArticles streams: one row for each committed write, with the article as it was then. */
export interface ArticleChangeTable {
  /** The writing transaction; readers stop below the oldest one still running. */
  xid: Generated<string>;
  seq: Generated<string>;
  /** kiban.content.v1.ArticleChange.Kind */
  kind: number;
  /** The article as binary protobuf. */
  article: Uint8Array;
  change_time: Generated<Date>;
}

/** One row: no change at or below this xid is kept any more. */
export interface ArticleChangeHorizonTable {
  xid: string;
}

/** One row: the key that signs page tokens and resume tokens, the same for every replica. */
export interface TokenKeyTable {
  key: Uint8Array;
}

/** The database `content`. */
export interface ContentSchema {
  article: ArticleTable;
  article_change: ArticleChangeTable;
  article_change_horizon: ArticleChangeHorizonTable;
  token_key: TokenKeyTable;
}
