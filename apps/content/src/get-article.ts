import type { Article, GetArticleRequest } from '@kiban/contracts/kiban/content/v1';
import { ServiceError } from '@kiban/grpc';
import { articleId } from './articles/article-name.ts';
import { articleColumns, toArticle } from './articles/article-row.ts';
import type { ContentStore } from './content-store.ts';

/** Returns one article; NOT_FOUND when it does not exist or was deleted. */
export async function getArticle(store: ContentStore, request: GetArticleRequest): Promise<Article> {
  const row = await store.db.kysely
    .selectFrom('article')
    .select(articleColumns)
    .where('article_id', '=', articleId(request.name))
    .where('delete_time', 'is', null)
    .executeTakeFirst();
  if (!row) throw ServiceError.notFound(request.name);
  return toArticle(row);
}
