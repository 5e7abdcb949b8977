import { Inject, Injectable } from '@nestjs/common';
import type { ArticleData } from '@kiban/contracts/kiban/events/v1';
import type { Tx } from '@kiban/database';
import {
  ArticleDeleted,
  ArticlePublished,
  ArticleUpdated,
  type EventOf,
  InteractionRecorded,
  OnEvent,
  UserErased,
} from '@kiban/events';
import type { SimilaritySchema } from './database/schema.ts';
import { deleteDocument, eraseReader, writeDocument, writeReading } from './database/write-changes.ts';
import { SimilarityStore } from './similarity-store.ts';

type Context = { tx: Tx<SimilaritySchema> };
const ARTICLE = { subscription: 'similarity-article' } as const;
const INTERACTION = { subscription: 'similarity-interaction' } as const;

/** Writes what events say into the tables; every replica follows the tables. */
@Injectable()
export class SimilarityEvents {
  readonly #store: SimilarityStore;

  constructor(@Inject(SimilarityStore) store: SimilarityStore) {
    this.#store = store;
  }

  @OnEvent(ArticlePublished, ARTICLE)
  async published({ article }: EventOf<typeof ArticlePublished>, { tx }: Context): Promise<void> {
    await this.#document(article, tx);
  }

  @OnEvent(ArticleUpdated, ARTICLE)
  async updated({ article }: EventOf<typeof ArticleUpdated>, { tx }: Context): Promise<void> {
    await this.#document(article, tx);
  }

  @OnEvent(ArticleDeleted, ARTICLE)
  async deleted({ articleId }: EventOf<typeof ArticleDeleted>, { tx }: Context): Promise<void> {
    await deleteDocument(tx, articleId);
    this.#announce(tx);
  }

  @OnEvent(InteractionRecorded, INTERACTION)
  async recorded({ userId, articleId }: EventOf<typeof InteractionRecorded>, { tx }: Context): Promise<void> {
    await writeReading(tx, userId, articleId);
    this.#announce(tx);
  }

  @OnEvent(UserErased, INTERACTION)
  async erased({ userId }: EventOf<typeof UserErased>, { tx }: Context): Promise<void> {
    await eraseReader(tx, userId);
    this.#announce(tx);
  }

  async #document(article: ArticleData | undefined, tx: Context['tx']): Promise<void> {
    if (!article) return;
    await writeDocument(tx, article);
    this.#announce(tx);
  }

  #announce(tx: Context['tx']): void {
    tx.afterCommit(() => this.#store.tail.announce());
  }
}
