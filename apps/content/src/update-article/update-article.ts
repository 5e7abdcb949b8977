import { isDeepStrictEqual } from 'node:util';
import type { Article, UpdateArticleRequest } from '@kiban/contracts/kiban/content/v1';
import { ServiceError } from '@kiban/grpc';
import { DEFAULT_LANGUAGE } from '../articles/article-fields.ts';
import { articleId } from '../articles/article-name.ts';
import { type ArticleRow, toArticle } from '../articles/article-row.ts';
import { checkEtag, newEtag } from '../articles/etag.ts';
import { lockArticle } from '../articles/lock-article.ts';
import { nowMicros, timestamptz } from '../articles/micros.ts';
import { recordUpdated } from '../articles/record-change.ts';
import type { ContentStore } from '../content-store.ts';
import { fieldsToUpdate, type MutableField } from './update-mask.ts';

/**
 * Changes the fields of the mask. An update that changes nothing writes and publishes nothing and keeps the etag.
 * NOT_FOUND when the article does not exist or was deleted, ABORTED when the etag is stale.
 */
export async function updateArticle(store: ContentStore, request: UpdateArticleRequest): Promise<Article> {
  const wanted = request.article!;
  if (wanted.name === '') {
    throw ServiceError.invalidArgument([{ field: 'article.name', description: 'must be articles/{id}' }]);
  }
  const fields = fieldsToUpdate(wanted, request.updateMask);
  if (fields.includes('title') && wanted.title.trim() === '') {
    throw ServiceError.invalidArgument([{ field: 'article.title', description: 'must not be empty' }]);
  }
  return store.db.tx(async (tx) => {
    const stored = await lockArticle(tx, articleId(wanted.name));
    if (!stored) throw ServiceError.notFound(wanted.name);
    checkEtag(wanted.etag, stored.etag);
    const values = newValues(wanted, fields);
    const changed = fields.filter((field) => !isDeepStrictEqual(values[field], stored[field]));
    if (changed.length === 0) return toArticle(stored);

    const row: ArticleRow = { ...stored, ...values, etag: newEtag(), updated: String(nowMicros()) };
    await tx.kysely
      .updateTable('article')
      .set({ ...values, etag: row.etag, update_time: timestamptz(row.updated) })
      .where('article_id', '=', row.article_id)
      .execute();
    const article = toArticle(row);
    await recordUpdated(store, tx, article, changed);
    return article;
  });
}

function newValues(article: Article, fields: MutableField[]): Partial<Pick<ArticleRow, MutableField>> {
  const values: Partial<Pick<ArticleRow, MutableField>> = Object.fromEntries(
    fields.map((field) => [field, article[field]]),
  );
  if (values.language === '') values.language = DEFAULT_LANGUAGE;
  return values;
}
