import { ContentService } from '@kiban/contracts/kiban/content/v1';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { createGrpcClient, type GrpcClient } from '@kiban/grpc';
import type { BffConfig } from './config.ts';

/** The services behind the public API. Each call carries the caller's token, trace and what is left of its time. */
export interface Clients {
  content: GrpcClient<typeof ContentService>;
  similarity: GrpcClient<typeof SimilarityService>;
  recommendation: GrpcClient<typeof RecommendationService>;
  close(): void;
}

/** Opens the clients. Nothing connects before the first call, so the services may start later. */
export function connectClients(config: BffConfig): Clients {
  const options = { timeoutMs: config.CALL_TIMEOUT_MS };
  const content = createGrpcClient(ContentService, config.CONTENT_ADDRESS, options);
  const similarity = createGrpcClient(SimilarityService, config.SIMILARITY_ADDRESS, options);
  const recommendation = createGrpcClient(RecommendationService, config.RECOMMENDATION_ADDRESS, options);
  return {
    content,
    similarity,
    recommendation,
    close() {
      content.close();
      similarity.close();
      recommendation.close();
    },
  };
}
