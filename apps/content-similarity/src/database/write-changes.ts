import type { ArticleData } from '@kiban/contracts/kiban/events/v1';
import { lockChangeLog, type Queryable } from '@kiban/database';

/** Name of this service's change log: its lock and its NOTIFY channel. */
export const CHANGE_LOG = 'similarity_change';

/** Stores an article for the index. A deleted article stays deleted: its id is never used again. */
export async function writeDocument(tx: Queryable, article: ArticleData): Promise<void> {
  await lockChangeLog(tx, CHANGE_LOG);
  await tx.query(
    `INSERT INTO document (id, seq, title, body, tags, language)
     VALUES ($1, nextval('change_seq'), $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, title = excluded.title, body = excluded.body,
       tags = excluded.tags, language = excluded.language
     WHERE NOT document.deleted`,
    [article.articleId, article.title, article.body, article.tags, article.language],
  );
}

/** Marks an article as deleted and drops its text. */
export async function deleteDocument(tx: Queryable, id: string): Promise<void> {
  await lockChangeLog(tx, CHANGE_LOG);
  await tx.query(
    `INSERT INTO document (id, seq, title, body, tags, language, deleted)
     VALUES ($1, nextval('change_seq'), '', '', '{}', '', true)
     ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, title = '', body = '', tags = '{}', deleted = true`,
    [id],
  );
}

/** Notes that somebody read an article, once. */
export async function writeReading(tx: Queryable, user: string, article: string): Promise<void> {
  await lockChangeLog(tx, CHANGE_LOG);
  await tx.query(
    `INSERT INTO reading (user_id, article_id, seq)
     SELECT $1, $2, nextval('change_seq') WHERE NOT EXISTS (SELECT FROM reading WHERE user_id = $1 AND article_id = $2)`,
    [user, article],
  );
}

/** Forgets a reader, here and in every replica that follows. */
export async function eraseReader(tx: Queryable, user: string): Promise<void> {
  await lockChangeLog(tx, CHANGE_LOG);
  await tx.query('DELETE FROM reading WHERE user_id = $1', [user]);
  await tx.query(`DELETE FROM erasure WHERE erased_at < now() - interval '1 day'`);
  await tx.query(`INSERT INTO erasure (seq, user_id) VALUES (nextval('change_seq'), $1)`, [user]);
}
