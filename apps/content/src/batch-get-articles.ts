import { create } from '@bufbuild/protobuf';
import {
  type BatchGetArticlesRequest,
  type BatchGetArticlesResponse,
  BatchGetArticlesResponseSchema,
} from '@kiban/contracts/kiban/content/v1';
import { sql } from 'kysely';
import { articleId } from './articles/article-name.ts';
import { articleColumns, toArticle } from './articles/article-row.ts';
import type { ContentStore } from './content-store.ts';

/** Returns the articles that exist, in the order of the names; a name given twice is answered twice. */
export async function batchGetArticles(
  store: ContentStore,
  request: BatchGetArticlesRequest,
): Promise<BatchGetArticlesResponse> {
  const ids = request.names.map(articleId);
  const rows = await store.db.kysely
    .selectFrom('article')
    .select(articleColumns)
    .where(sql<boolean>`article_id = any(${ids}::text[])`)
    .where('delete_time', 'is', null)
    .execute();
  const byId = new Map(rows.map((row) => [row.article_id, toArticle(row)]));
  const articles = ids.flatMap((id) => byId.get(id) ?? []);
  return create(BatchGetArticlesResponseSchema, { articles });
}
