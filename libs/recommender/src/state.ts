import { TextIndex } from '@kiban/text-index';
import { Active } from './candidates.ts';
import { Catalogue } from './catalogue.ts';
import { DecayedCounters } from './decayed-counters.ts';
import { Numbers } from './numbers.ts';
import { ReadingGraph } from './reading-graph.ts';
import type { ReaderEvent, RecommenderArticle } from './types.ts';

const DAY = 86_400_000;

/** Everything that is known of articles and readers, without the ranking weights. */
export class State {
  readonly index = new TextIndex();
  readonly graph = new ReadingGraph();
  readonly articles = new Numbers();
  readonly users = new Numbers();
  readonly catalogue = new Catalogue();
  readonly counters = new DecayedCounters();
  readonly active = new Active();
  private latest = -Infinity;

  /** Adds an article or replaces the one with the same id. */
  upsertArticle(article: RecommenderArticle): void {
    this.catalogue.set(this.articles.of(article.id), article);
    this.index.upsert(article);
  }

  /** Takes an article out; what was read of it stays counted. */
  deleteArticle(id: string): void {
    this.catalogue.delete(this.articles.of(id));
    this.index.delete(id);
  }

  /** Counts an event. */
  record({ user, article, weight, time }: ReaderEvent): void {
    const number = this.articles.of(article);
    this.graph.add(this.users.of(user), number, weight, time);
    this.counters.add(number, time, weight);
    this.active.touch(number);
    this.latest = Math.max(this.latest, time);
  }

  /** Forgets a reader: history, co-reading and the reader's share of the counters. */
  erase(user: string): void {
    const number = this.users.find(user);
    if (number === undefined) return;
    for (const [article, { events }] of this.graph.history(number) ?? []) {
      for (const { time, weight } of events) this.counters.subtract(article, time, weight);
    }
    this.graph.remove(number);
    this.users.forget(user);
  }

  /**
   * The time that counters and ages are read at. It stands still a day after the last event or article, so that a
   * site with old data shows what was trending last instead of nothing.
   */
  clock(now: number): number {
    const [newest] = this.catalogue.newest(now);
    const published = newest === undefined ? now : (this.catalogue.get(newest)?.createTime ?? now);
    return Math.min(now, Math.max(this.latest, published) + DAY);
  }
}
