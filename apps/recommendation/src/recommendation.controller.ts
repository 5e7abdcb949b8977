import { Inject } from '@nestjs/common';
import type * as api from '@kiban/contracts/kiban/recommendation/v1';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { type GrpcImpl, GrpcService } from '@kiban/grpc';
import { Allow } from '@kiban/service';
import { batchCreateInteractions } from './interactions/batch-create-interactions.ts';
import { createInteraction } from './interactions/create-interaction.ts';
import { deleteUser } from './interactions/delete-user.ts';
import { listInteractions } from './interactions/list-interactions.ts';
import { RecommendationStore } from './recommendation-store.ts';
import { listRecommendations, listTrending } from './recommendations/list-recommendations.ts';

/** What a reader did and may want to read is for that reader; what is trending is for everybody. */
@GrpcService(RecommendationService)
export class RecommendationController implements GrpcImpl<typeof RecommendationService> {
  readonly #store: RecommendationStore;

  constructor(@Inject(RecommendationStore) store: RecommendationStore) {
    this.#store = store;
  }

  @Allow({ self: 'parent' })
  createInteraction(request: api.CreateInteractionRequest) {
    return createInteraction(this.#store, request);
  }

  @Allow({ role: ['ingest', 'editor'] })
  batchCreateInteractions(request: api.BatchCreateInteractionsRequest) {
    return batchCreateInteractions(this.#store, request);
  }

  @Allow({ self: 'parent' })
  listInteractions(request: api.ListInteractionsRequest) {
    return listInteractions(this.#store, request);
  }

  @Allow({ self: 'parent' })
  listRecommendations(request: api.ListRecommendationsRequest) {
    return listRecommendations(this.#store, request);
  }

  @Allow('public')
  listTrending(request: api.ListTrendingRequest) {
    return listTrending(this.#store, request);
  }

  @Allow({ self: 'name' })
  deleteUser(request: api.DeleteUserRequest) {
    return deleteUser(this.#store, request);
  }
}
