import { Inject } from '@nestjs/common';
import { BffService } from '@kiban/contracts/kiban/bff/v1';
import type * as api from '@kiban/contracts/kiban/bff/v1';
import { type CallContext, type GrpcImpl, GrpcService } from '@kiban/grpc';
import { Allow } from '@kiban/service';
import { listSimilarArticles, listTrendingArticles, searchArticles } from './articles/ranked-lists.ts';
import { watchArticles } from './articles/watch-articles.ts';
import type { Bff } from './bff.ts';
import { BFF } from './bff.token.ts';
import { getHome } from './home/get-home.ts';
import { batchCreateArticles, batchCreateInteractions } from './bulk/bulk-writes.ts';
import { createInteraction } from './users/create-interaction.ts';
import { listRecommendations } from './users/list-recommendations.ts';

const WRITERS = { role: ['editor'] };
const BULK_WRITERS = { role: ['ingest', 'editor'] };

/** The public API. The guard has made `users/me` the caller's name. Whatever a service refuses is passed on: its errors name the same fields. */
@GrpcService(BffService)
export class BffController implements GrpcImpl<typeof BffService> {
  readonly #bff: Bff;

  constructor(@Inject(BFF) bff: Bff) {
    this.#bff = bff;
  }

  @Allow('public')
  async listArticles({ pageToken, filter, orderBy, pageSize }: api.ListArticlesRequest) {
    const request = { pageToken, filter, orderBy, ...(pageSize && { pageSize }) };
    const { articles, nextPageToken } = await this.#bff.clients.content.listArticles(request);
    return { articles, nextPageToken };
  }

  @Allow('public')
  getArticle({ name }: api.GetArticleRequest) {
    return this.#bff.clients.content.getArticle({ name });
  }

  @Allow(WRITERS)
  createArticle({ article, articleId }: api.CreateArticleRequest) {
    return this.#bff.clients.content.createArticle({ articleId, ...(article && { article }) });
  }

  @Allow(WRITERS)
  updateArticle({ article, updateMask }: api.UpdateArticleRequest) {
    return this.#bff.clients.content.updateArticle({ ...(article && { article }), ...(updateMask && { updateMask }) });
  }

  @Allow(WRITERS)
  deleteArticle({ name, etag }: api.DeleteArticleRequest) {
    return this.#bff.clients.content.deleteArticle({ name, etag });
  }

  @Allow('public')
  watchArticles(request: api.WatchArticlesRequest, call: CallContext) {
    return watchArticles(this.#bff, request, call);
  }

  @Allow(BULK_WRITERS)
  batchCreateArticles(request: api.BatchCreateArticlesRequest) {
    return batchCreateArticles(this.#bff, request);
  }

  @Allow('public')
  listSimilarArticles(request: api.ListSimilarArticlesRequest) {
    return listSimilarArticles(this.#bff, request);
  }

  @Allow('public')
  searchArticles(request: api.SearchArticlesRequest) {
    return searchArticles(this.#bff, request);
  }

  @Allow('public')
  listTrendingArticles(request: api.ListTrendingArticlesRequest, call: CallContext) {
    return listTrendingArticles(this.#bff, request, call);
  }

  @Allow(BULK_WRITERS)
  batchCreateInteractions(request: api.BatchCreateInteractionsRequest) {
    return batchCreateInteractions(this.#bff, request);
  }

  @Allow({ self: 'parent' })
  createInteraction(request: api.CreateInteractionRequest) {
    return createInteraction(this.#bff, request);
  }

  @Allow({ self: 'parent' })
  async listInteractions({ parent, pageToken, pageSize }: api.ListInteractionsRequest) {
    const request = { parent, pageToken, ...(pageSize && { pageSize }) };
    const { interactions, nextPageToken } = await this.#bff.clients.recommendation.listInteractions(request);
    return { interactions, nextPageToken };
  }

  @Allow({ self: 'parent' })
  listRecommendations(request: api.ListRecommendationsRequest) {
    return listRecommendations(this.#bff, request);
  }

  @Allow({ self: 'name' })
  getHome(request: api.GetHomeRequest, call: CallContext) {
    return getHome(this.#bff, request, call);
  }

  @Allow({ self: 'name' })
  async deleteUser({ name }: api.DeleteUserRequest) {
    const answer = await this.#bff.clients.recommendation.deleteUser({ name });
    this.#bff.lastGood.forget(name);
    return answer;
  }
}
