import { create, toBinary } from '@bufbuild/protobuf';
import { type Article, ArticleChange_Kind, ArticleSchema } from '@kiban/contracts/kiban/content/v1';
import type { Tx } from '@kiban/database';
import { ArticleDeleted, ArticlePublished, ArticleUpdated } from '@kiban/events';
import { sql } from 'kysely';
import type { ContentStore } from '../content-store.ts';
import type { ContentSchema } from '../database/schema.ts';
import { toArticleData } from './article-data.ts';
import { articleId } from './article-name.ts';

type ContentTx = Tx<ContentSchema>;

/** Records new articles in the transaction of the write: events to others, changes to watchers. */
export async function recordCreated(store: ContentStore, tx: ContentTx, articles: Article[]): Promise<void> {
  for (const article of articles) store.outbox.publish(tx, ArticlePublished, { article: toArticleData(article) });
  await appendChanges(store, tx, ArticleChange_Kind.CREATED, articles);
}

/** Records one changed article in the transaction of the write. */
export async function recordUpdated(
  store: ContentStore,
  tx: ContentTx,
  article: Article,
  changedFields: readonly string[],
): Promise<void> {
  store.outbox.publish(tx, ArticleUpdated, { article: toArticleData(article), changedFields: [...changedFields] });
  await appendChanges(store, tx, ArticleChange_Kind.UPDATED, [article]);
}

/** Records one deleted article in the transaction of the write. */
export async function recordDeleted(store: ContentStore, tx: ContentTx, name: string): Promise<void> {
  store.outbox.publish(tx, ArticleDeleted, { articleId: articleId(name) });
  await appendChanges(store, tx, ArticleChange_Kind.DELETED, [create(ArticleSchema, { name })]);
}

async function appendChanges(
  store: ContentStore,
  tx: ContentTx,
  kind: ArticleChange_Kind,
  articles: Article[],
): Promise<void> {
  if (articles.length === 0) return;
  const payloads = articles.map((article) => Buffer.from(toBinary(ArticleSchema, article)));
  await sql`insert into article_change (kind, article) select ${kind}::smallint, unnest(${payloads}::bytea[])`.execute(
    tx.kysely,
  );
  tx.afterCommit(() => store.feed.announce());
}
