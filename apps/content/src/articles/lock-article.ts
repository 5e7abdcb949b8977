import type { Tx } from '@kiban/database';
import { sql } from 'kysely';
import type { ContentSchema } from '../database/schema.ts';
import { type ArticleRow, articleColumns } from './article-row.ts';

/**
 * Reads an article for change; undefined when it does not exist or was deleted.
 *
 * The advisory lock comes before anything that gives the transaction an id: whoever waits here gets a later id than
 * the writer before. Watchers read changes in the order of these ids, so each article's changes arrive in the order
 * they were made.
 */
export async function lockArticle(tx: Tx<ContentSchema>, id: string): Promise<ArticleRow | undefined> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${id}, 1))`.execute(tx.kysely);
  return tx.kysely
    .selectFrom('article')
    .select(articleColumns)
    .where('article_id', '=', id)
    .where('delete_time', 'is', null)
    .forUpdate()
    .executeTakeFirst();
}
