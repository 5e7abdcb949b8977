import type { ListRecommendationsRequest, ListTrendingRequest } from '@kiban/contracts/kiban/recommendation/v1';
import { userId } from '../interactions/names.ts';
import type { RecommendationStore } from '../recommendation-store.ts';
import { recommended } from './recommended.ts';

const PAGE_SIZE = 20;

/** Articles for a reader; what is trending and new when nothing is known of the reader. */
export function listRecommendations(
  { recommender }: RecommendationStore,
  { parent, pageSize = PAGE_SIZE }: ListRecommendationsRequest,
) {
  const { items, modelVersion, asOfSeq } = recommender.recommend(userId(parent), pageSize);
  return { articles: items.map(recommended), modelVersion, asOfSeq };
}

/** What is read most just now. */
export function listTrending(
  { recommender }: RecommendationStore,
  { pageSize = PAGE_SIZE, language }: ListTrendingRequest,
) {
  const { items, asOfSeq } = recommender.trending(pageSize, { language });
  return { articles: items.map(recommended), asOfSeq };
}
