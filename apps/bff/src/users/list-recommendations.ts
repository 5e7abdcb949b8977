import { create } from '@bufbuild/protobuf';
import {
  type ListRecommendationsRequest,
  type ListRecommendationsResponse,
  ListRecommendationsResponseSchema,
} from '@kiban/contracts/kiban/bff/v1';
import type { Ranked } from '../articles/article-shelf.ts';
import type { Bff } from '../bff.ts';
import { FOR_YOU } from '../home/for-you.ts';
import { isOutage } from '../support/is-outage.ts';

const DEFAULT_PAGE_SIZE = 20;

/**
 * Articles for the reader. While the recommendation service is away: the reader's last good answer, else what was
 * trending, else the newest articles; modelVersion is empty then.
 */
export async function listRecommendations(
  bff: Bff,
  { parent, pageSize = DEFAULT_PAGE_SIZE }: ListRecommendationsRequest,
): Promise<ListRecommendationsResponse> {
  try {
    const answer = await bff.clients.recommendation.listRecommendations({ parent, pageSize });
    const ranking = answer.articles.map(({ name, score, reason }) => ({ name, score, reason }));
    const { articles } = await bff.shelf.hydrate(ranking);
    const { modelVersion, asOfSeq } = answer;
    return create(ListRecommendationsResponseSchema, { articles, modelVersion, asOfSeq });
  } catch (error) {
    if (!isOutage(error)) throw error;
    bff.degraded('recommendations', error);
    const ranking = bff.lastGood.get(parent, FOR_YOU)?.ranking ?? bff.trending.last() ?? (await newest(bff, pageSize));
    const { articles } = await bff.shelf.hydrate(ranking.slice(0, pageSize));
    return create(ListRecommendationsResponseSchema, { articles });
  }
}

async function newest(bff: Bff, pageSize: number): Promise<Ranked[]> {
  const { articles } = await bff.clients.content.listArticles({ pageSize });
  return articles.map(({ name }) => ({ name, score: 0, reason: 'new' }));
}
