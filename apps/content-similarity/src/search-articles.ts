import type { SearchArticlesRequest } from '@kiban/contracts/kiban/similarity/v1';
import { scored } from './list-similar.ts';
import type { SimilarityStore } from './similarity-store.ts';

const PAGE_SIZE = 20;

/** The articles that match a query best. */
export function searchArticles(store: SimilarityStore, { query, pageSize = PAGE_SIZE }: SearchArticlesRequest) {
  return { results: store.index.search(query, pageSize).map(scored), asOfSeq: store.tail.seq };
}
