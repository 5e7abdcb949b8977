import { CoReading, TextIndex } from '@kiban/text-index';
import type { DataSet } from './data-set.ts';
import { Stopwatch } from './stopwatch.ts';

const N = 10;

/** How well related articles are found, without and with what the same people read. */
export interface RelatedFigures {
  /** Articles with at least one known related article. */
  readonly questions: number;
  readonly text: RelatedQuality;
  readonly textAndCoReading: RelatedQuality;
}

/** Means over all questions. */
export interface RelatedQuality {
  /** Share of the known related articles that are among the first ten. */
  readonly recallAt10: number;
  /** The same with higher places counting more, 1 when all are in front. */
  readonly ndcgAt10: number;
  readonly meanMs: number;
  readonly p99Ms: number;
}

/** Asks for the related articles of each article that has known ones. */
export function evaluateRelated({ articles, events, related }: DataSet): RelatedFigures {
  const index = new TextIndex();
  for (const article of articles) index.upsert(article);
  index.freeze();
  const coReading = new CoReading();
  for (const { user, article } of events) coReading.record(user, article);
  const truth = new Map<string, Set<string>>();
  for (const [a, b] of related) {
    if (!index.has(a) || !index.has(b)) continue;
    truth.set(a, (truth.get(a) ?? new Set()).add(b));
    truth.set(b, (truth.get(b) ?? new Set()).add(a));
  }
  return {
    questions: truth.size,
    text: quality(truth, (id) => index.related(id, N) ?? []),
    textAndCoReading: quality(truth, (id) => index.related(id, N, { coRead: coReading.neighbours(id) }) ?? []),
  };
}

function quality(
  truth: ReadonlyMap<string, ReadonlySet<string>>,
  ask: (id: string) => readonly { id: string }[],
): RelatedQuality {
  const watch = new Stopwatch();
  let recall = 0;
  let ndcg = 0;
  for (const [id, wanted] of truth) {
    const hits = watch.time(() => ask(id)).map((hit) => wanted.has(hit.id));
    recall += hits.filter(Boolean).length / wanted.size;
    ndcg += gain(hits) / gain(Array.from({ length: Math.min(N, wanted.size) }, () => true));
  }
  const questions = Math.max(1, truth.size);
  return {
    recallAt10: recall / questions,
    ndcgAt10: ndcg / questions,
    meanMs: watch.mean,
    p99Ms: watch.quantile(0.99),
  };
}

function gain(hits: readonly boolean[]): number {
  return hits.reduce((sum, hit, place) => sum + (hit ? 1 / Math.log2(place + 2) : 0), 0);
}
