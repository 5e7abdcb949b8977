import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ArticleData } from '@kiban/contracts/kiban/events/v1';
import { lockChangeLog, type Queryable } from '@kiban/database';
import { CHANGE_LOG } from './change-log.ts';

/** Stores an article. A deleted one stays deleted: its id is never used again. */
export async function writeArticle(tx: Queryable, article: ArticleData): Promise<void> {
  const time = article.createTime ? timestampDate(article.createTime) : new Date();
  await lockChangeLog(tx, CHANGE_LOG);
  await tx.query(
    `INSERT INTO article (id, seq, title, body, tags, language, create_time)
     VALUES ($1, nextval('change_seq'), $2, $3, $4, $5, $6)
     ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, title = excluded.title, body = excluded.body,
       tags = excluded.tags, language = excluded.language, create_time = excluded.create_time
     WHERE NOT article.deleted`,
    [article.articleId, article.title, article.body, article.tags, article.language, time],
  );
}

/** Marks an article as deleted and drops its text. */
export async function deleteArticle(tx: Queryable, id: string): Promise<void> {
  await lockChangeLog(tx, CHANGE_LOG);
  await tx.query(
    `INSERT INTO article (id, seq, title, body, tags, language, create_time, deleted)
     VALUES ($1, nextval('change_seq'), '', '', '{}', '', now(), true)
     ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, title = '', body = '', tags = '{}', deleted = true`,
    [id],
  );
}
