import { Inject } from '@nestjs/common';
import type * as api from '@kiban/contracts/kiban/similarity/v1';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { type GrpcImpl, GrpcService } from '@kiban/grpc';
import { Allow } from '@kiban/service';
import { listSimilar, listSimilarToMany } from './list-similar.ts';
import { searchArticles } from './search-articles.ts';
import { SimilarityStore } from './similarity-store.ts';

/** Related articles and search are open to everybody. */
@GrpcService(SimilarityService)
export class SimilarityController implements GrpcImpl<typeof SimilarityService> {
  readonly #store: SimilarityStore;

  constructor(@Inject(SimilarityStore) store: SimilarityStore) {
    this.#store = store;
  }

  @Allow('public')
  listSimilar(request: api.ListSimilarRequest) {
    return listSimilar(this.#store, request);
  }

  @Allow('public')
  searchArticles(request: api.SearchArticlesRequest) {
    return searchArticles(this.#store, request);
  }

  @Allow('public')
  listSimilarToMany(request: api.ListSimilarToManyRequest) {
    return listSimilarToMany(this.#store, request);
  }
}
