import type {
  ListSimilarArticlesRequest,
  ListTrendingArticlesRequest,
  RankedArticle,
  SearchArticlesRequest,
} from '@kiban/contracts/kiban/bff/v1';
import type { Article } from '@kiban/contracts/kiban/content/v1';
import { type CallContext, Code, ServiceError } from '@kiban/grpc';
import type { Bff } from '../bff.ts';
import type { Ranked } from './article-shelf.ts';

const DEFAULT_PAGE_SIZE = 20;

/** The articles most like one article. Empty while an article that exists is not indexed yet. */
export async function listSimilarArticles(
  bff: Bff,
  { name, pageSize = DEFAULT_PAGE_SIZE }: ListSimilarArticlesRequest,
): Promise<{ articles: RankedArticle[] }> {
  const { articles } = await bff.clients.similarity.listSimilar({ name, pageSize }).catch(async (error: unknown) => {
    if (ServiceError.from(error).code !== Code.NOT_FOUND) throw error;
    // The index follows the content service by some milliseconds: only the owner knows whether the article exists.
    await bff.clients.content.getArticle({ name });
    return { articles: [] };
  });
  return hydrate(bff, articles);
}

/** Articles that match the words best. */
export async function searchArticles(
  bff: Bff,
  { query, pageSize = DEFAULT_PAGE_SIZE }: SearchArticlesRequest,
): Promise<{ results: RankedArticle[] }> {
  const { results } = await bff.clients.similarity.searchArticles({ query, pageSize });
  return { results: (await hydrate(bff, results)).articles };
}

/** What is read most just now. */
export async function listTrendingArticles(
  bff: Bff,
  { language, pageSize = DEFAULT_PAGE_SIZE }: ListTrendingArticlesRequest,
  call: CallContext,
): Promise<{ articles: Article[] }> {
  const { ranking, stale } = await bff.trending.get(language, call.signal);
  if (stale) bff.degraded('trending', ServiceError.unavailable('The recommendation service is away.'));
  const { articles } = await bff.shelf.hydrate(ranking.slice(0, pageSize));
  return { articles: articles.flatMap(({ article }) => article ?? []) };
}

async function hydrate(bff: Bff, ranking: Ranked[]): Promise<{ articles: RankedArticle[] }> {
  const { articles } = await bff.shelf.hydrate(ranking.map(({ name, score, reason }) => ({ name, score, reason })));
  return { articles };
}
