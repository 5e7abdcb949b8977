import { Recommender } from '@kiban/recommender';
import type { DataSet } from './data-set.ts';
import { Stopwatch } from './stopwatch.ts';

const N = 10;

/** How often the next article that a reader took was among ten recommended just before. */
export interface StreamingFigures {
  /** Events that were predicted: first events of a reader with an article that was available. */
  readonly predicted: number;
  readonly recommender: number;
  /** Control: the newest articles that the reader had not taken. */
  readonly newestFirst: number;
  /** Control: the articles taken most so far that the reader had not taken. */
  readonly popularity: number;
  readonly meanMs: number;
  readonly p99Ms: number;
  /** Milliseconds to learn from one event. */
  readonly learnMs: number;
}

/** Replays all events in order: predicts each one, then learns from it. Every available article can be recommended. */
export function evaluateStreaming({ articles, events }: DataSet): StreamingFigures {
  const recommender = new Recommender();
  let seq = 0n;
  for (const article of articles) recommender.upsertArticle(article, ++seq);
  const controls = new Controls(articles);
  const [asking, learning] = [new Stopwatch(), new Stopwatch()];
  const hits = { recommender: 0, newestFirst: 0, popularity: 0 };
  let predicted = 0;
  for (const event of events) {
    if (controls.isNew(event.user, event.article, event.time)) {
      predicted++;
      const { items } = asking.time(() => recommender.recommend(event.user, N, { now: event.time }));
      if (items.some(({ article }) => article === event.article)) hits.recommender++;
      if (controls.newest(event.user, event.time).includes(event.article)) hits.newestFirst++;
      if (controls.popular(event.user, event.time).includes(event.article)) hits.popularity++;
    }
    learning.time(() => recommender.record(event, ++seq));
    controls.record(event.user, event.article);
  }
  const share = (count: number): number => count / Math.max(1, predicted);
  return {
    predicted,
    recommender: share(hits.recommender),
    newestFirst: share(hits.newestFirst),
    popularity: share(hits.popularity),
    meanMs: asking.mean,
    p99Ms: asking.quantile(0.99),
    learnMs: learning.mean,
  };
}

/** What the recommender has to beat. */
class Controls {
  private readonly times: ReadonlyMap<string, number>;
  private readonly newestFirst: readonly string[];
  private readonly taken = new Map<string, Set<string>>();
  private readonly counts = new Map<string, number>();

  constructor(articles: DataSet['articles']) {
    this.times = new Map(articles.map(({ id, createTime }) => [id, createTime]));
    this.newestFirst = articles.toSorted((a, b) => b.createTime - a.createTime).map(({ id }) => id);
  }

  isNew(user: string, article: string, now: number): boolean {
    return (this.times.get(article) ?? Infinity) <= now && !this.taken.get(user)?.has(article);
  }

  newest(user: string, now: number): string[] {
    return this.firstOf(this.newestFirst, user, now);
  }

  popular(user: string, now: number): string[] {
    const byCount = [...this.counts].sort((a, b) => b[1] - a[1]).map(([id]) => id);
    return this.firstOf(byCount, user, now);
  }

  record(user: string, article: string): void {
    this.taken.set(user, (this.taken.get(user) ?? new Set()).add(article));
    this.counts.set(article, (this.counts.get(article) ?? 0) + 1);
  }

  private firstOf(ids: readonly string[], user: string, now: number): string[] {
    const found: string[] = [];
    for (const id of ids) {
      if (found.length === N) break;
      if (this.isNew(user, id, now)) found.push(id);
    }
    return found;
  }
}
