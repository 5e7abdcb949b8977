import { Inject, Injectable } from '@nestjs/common';
import type { ArticleData } from '@kiban/contracts/kiban/events/v1';
import type { Tx } from '@kiban/database';
import { ArticleDeleted, ArticlePublished, ArticleUpdated, type EventOf, OnEvent } from '@kiban/events';
import type { RecommendationSchema } from './database/schema.ts';
import { deleteArticle, writeArticle } from './database/write-articles.ts';
import { RecommendationStore } from './recommendation-store.ts';

type Context = { tx: Tx<RecommendationSchema> };
const ARTICLE = { subscription: 'recommendation-article' } as const;

/** Writes what events say of articles into the tables; every replica follows the tables. */
@Injectable()
export class RecommendationEvents {
  readonly #store: RecommendationStore;

  constructor(@Inject(RecommendationStore) store: RecommendationStore) {
    this.#store = store;
  }

  @OnEvent(ArticlePublished, ARTICLE)
  async published({ article }: EventOf<typeof ArticlePublished>, { tx }: Context): Promise<void> {
    await this.#write(article, tx);
  }

  @OnEvent(ArticleUpdated, ARTICLE)
  async updated({ article }: EventOf<typeof ArticleUpdated>, { tx }: Context): Promise<void> {
    await this.#write(article, tx);
  }

  @OnEvent(ArticleDeleted, ARTICLE)
  async deleted({ articleId }: EventOf<typeof ArticleDeleted>, { tx }: Context): Promise<void> {
    await deleteArticle(tx, articleId);
    tx.afterCommit(() => this.#store.tail.announce());
  }

  async #write(article: ArticleData | undefined, tx: Context['tx']): Promise<void> {
    if (!article) return;
    await writeArticle(tx, article);
    tx.afterCommit(() => this.#store.tail.announce());
  }
}
