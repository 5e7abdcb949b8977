import type { DeleteArticleRequest } from '@kiban/contracts/kiban/content/v1';
import { ServiceError } from '@kiban/grpc';
import { articleId } from './articles/article-name.ts';
import { checkEtag } from './articles/etag.ts';
import { lockArticle } from './articles/lock-article.ts';
import { nowMicros, timestamptz } from './articles/micros.ts';
import { recordDeleted } from './articles/record-change.ts';
import type { ContentStore } from './content-store.ts';

/**
 * Deletes an article: its content goes, a tombstone keeps the id from being used again. NOT_FOUND when it does not
 * exist or was deleted before, ABORTED when the etag is stale.
 */
export async function deleteArticle(store: ContentStore, request: DeleteArticleRequest): Promise<void> {
  await store.db.tx(async (tx) => {
    const id = articleId(request.name);
    const stored = await lockArticle(tx, id);
    if (!stored) throw ServiceError.notFound(request.name);
    checkEtag(request.etag, stored.etag);
    await tx.kysely
      .updateTable('article')
      .set({ title: '', body: '', tags: [], url: '', authors: [], delete_time: timestamptz(nowMicros()) })
      .where('article_id', '=', id)
      .execute();
    await recordDeleted(store, tx, request.name);
  });
}
