import { create, fromBinary } from '@bufbuild/protobuf';
import {
  type ArticleChange,
  type ArticleChange_Kind,
  ArticleChangeSchema,
  ArticleSchema,
} from '@kiban/contracts/kiban/content/v1';
import { ServiceError } from '@kiban/grpc';
import { sql } from 'kysely';
import type { ContentStore } from '../content-store.ts';
import { type Cursor, encodeResumeToken } from './resume-token.ts';

const BATCH = 100;

/** Changes behind a cursor and the cursor behind them. */
export interface Changes {
  changes: ArticleChange[];
  next: Cursor;
}

/** The cursor of now: every change committed later is behind it. */
export async function currentCursor(store: ContentStore): Promise<Cursor> {
  const { rows } = await sql<{ xid: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`.execute(
    store.db.kysely,
  );
  // All of a transaction's changes have a seq above 0.
  return { xid: rows[0]!.xid, seq: '0' };
}

/**
 * Reads up to 100 changes behind a cursor, in an order that never lets a later commit slip in front: only
 * transactions older than every one still running are read. Throws FAILED_PRECONDITION when changes behind the cursor are
 * no longer kept.
 */
export async function readChanges(store: ContentStore, cursor: Cursor): Promise<Changes> {
  const { rows } = await sql<{ xid: string; seq: string; kind: ArticleChange_Kind; article: Buffer }>`
    select xid::text, seq::text, kind, article
    from article_change
    where (xid, seq) > (${cursor.xid}::xid8, ${cursor.seq}::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
    order by article_change.xid, article_change.seq
    limit ${BATCH}`.execute(store.db.kysely);
  const last = rows.at(-1);
  const key = await store.tokenKey();
  const changes = rows.map(({ xid, seq, kind, article }) =>
    create(ArticleChangeSchema, {
      kind,
      article: fromBinary(ArticleSchema, article),
      resumeToken: encodeResumeToken(key, { xid, seq }),
    }),
  );
  return { changes, next: last ? { xid: last.xid, seq: last.seq } : cursor };
}

/** Throws FAILED_PRECONDITION when changes behind the cursor were dropped. */
export async function checkHorizon(store: ContentStore, cursor: Cursor): Promise<void> {
  const lost = await store.db.kysely
    .selectFrom('article_change_horizon')
    .select('xid')
    .where(sql<boolean>`xid >= ${cursor.xid}::xid8`)
    .executeTakeFirst();
  if (!lost) return;
  throw ServiceError.failedPrecondition(
    'resumeToken is older than the changes that are kept. List the articles again and watch without a resumeToken.',
  );
}
