import { randomUUID } from 'node:crypto';
import type { Article, CreateArticleRequest } from '@kiban/contracts/kiban/content/v1';
import { ServiceError } from '@kiban/grpc';
import { newArticleProblems } from './articles/article-fields.ts';
import { articleName } from './articles/article-name.ts';
import { insertArticles } from './articles/insert-articles.ts';
import { recordCreated } from './articles/record-change.ts';
import type { ContentStore } from './content-store.ts';

/** Creates an article under the caller's id or a new UUID. ALREADY_EXISTS when the id was ever used. */
export async function createArticle(store: ContentStore, request: CreateArticleRequest): Promise<Article> {
  const article = request.article!;
  const problems = newArticleProblems(article);
  if (problems.length > 0) throw ServiceError.invalidArgument(problems);
  const id = request.articleId || randomUUID();
  return store.db.tx(async (tx) => {
    const [created] = await insertArticles(tx, [{ id, article }]);
    if (!created) throw ServiceError.alreadyExists(articleName(id));
    await recordCreated(store, tx, [created]);
    return created;
  });
}
