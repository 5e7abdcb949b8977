import type { ListSimilarRequest, ListSimilarToManyRequest } from '@kiban/contracts/kiban/similarity/v1';
import { ServiceError } from '@kiban/grpc';
import { describeReason, type Hit } from '@kiban/text-index';
import type { SimilarityStore } from './similarity-store.ts';

const PAGE_SIZE = 20;
const PREFIX = 'articles/';

/** The articles most like one. Throws NOT_FOUND when the index does not know it. */
export function listSimilar(store: SimilarityStore, { name, pageSize = PAGE_SIZE }: ListSimilarRequest) {
  const id = name.slice(PREFIX.length);
  const hits = store.index.related(id, pageSize, { coRead: store.coReading.neighbours(id) });
  if (!hits) throw ServiceError.notFound(name);
  return { articles: hits.map(scored), asOfSeq: store.tail.seq };
}

/** The articles most like a set; unknown ones are skipped. */
export function listSimilarToMany(store: SimilarityStore, { seeds, pageSize = PAGE_SIZE }: ListSimilarToManyRequest) {
  const known = seeds.map(({ name, weight }) => ({ id: name.slice(PREFIX.length), weight }));
  return { articles: store.index.relatedToMany(known, pageSize).map(scored), asOfSeq: store.tail.seq };
}

/** An answer of the index as the API gives it. */
export function scored({ id, score, reason }: Hit) {
  return { name: PREFIX + id, score, reason: describeReason(reason) };
}
