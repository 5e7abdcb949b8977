import { Inject } from '@nestjs/common';
import { ContentService } from '@kiban/contracts/kiban/content/v1';
import type * as api from '@kiban/contracts/kiban/content/v1';
import { type CallContext, type GrpcImpl, GrpcService } from '@kiban/grpc';
import { Allow } from '@kiban/service';
import { batchCreateArticles } from './batch-create-articles.ts';
import { batchGetArticles } from './batch-get-articles.ts';
import type { ContentStore } from './content-store.ts';
import { CONTENT_STORE } from './content-store.token.ts';
import { createArticle } from './create-article.ts';
import { deleteArticle } from './delete-article.ts';
import { getArticle } from './get-article.ts';
import { listArticles } from './list-articles/list-articles.ts';
import { updateArticle } from './update-article/update-article.ts';
import { watchArticles } from './watch-articles/watch-articles.ts';

/** Articles are open to read; who writes needs a role. Each use case has its own file. */
@GrpcService(ContentService)
export class ContentController implements GrpcImpl<typeof ContentService> {
  readonly #store: ContentStore;

  constructor(@Inject(CONTENT_STORE) store: ContentStore) {
    this.#store = store;
  }

  @Allow('public')
  listArticles(request: api.ListArticlesRequest) {
    return listArticles(this.#store, request);
  }

  @Allow('public')
  getArticle(request: api.GetArticleRequest) {
    return getArticle(this.#store, request);
  }

  @Allow('public')
  batchGetArticles(request: api.BatchGetArticlesRequest) {
    return batchGetArticles(this.#store, request);
  }

  @Allow({ role: ['editor'] })
  createArticle(request: api.CreateArticleRequest) {
    return createArticle(this.#store, request);
  }

  @Allow({ role: ['editor'] })
  updateArticle(request: api.UpdateArticleRequest) {
    return updateArticle(this.#store, request);
  }

  @Allow({ role: ['editor'] })
  async deleteArticle(request: api.DeleteArticleRequest) {
    await deleteArticle(this.#store, request);
    return {};
  }

  @Allow({ role: ['editor', 'ingest'] })
  batchCreateArticles(request: api.BatchCreateArticlesRequest) {
    return batchCreateArticles(this.#store, request);
  }

  @Allow('public')
  watchArticles(request: api.WatchArticlesRequest, { signal }: CallContext) {
    return watchArticles(this.#store, request, signal);
  }
}
