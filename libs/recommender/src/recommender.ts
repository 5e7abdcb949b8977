import { candidatesOf } from './candidates.ts';
import { primary } from './catalogue.ts';
import { FEATURES } from './features.ts';
import { learn } from './learn.ts';
import { profileOf } from './profile.ts';
import { Ranker, type RankerState } from './ranker.ts';
import { reasonsOf } from './reasons.ts';
import { rowsOf, WIDTH, walkShare } from './rows.ts';
import { State } from './state.ts';
import { trendingOf } from './trending.ts';
import type { Because, ReaderEvent, RecommendationList, RecommenderArticle } from './types.ts';

/** Name of the set of features; a ranking learned with another set is of no use. */
const MODEL = 'online-1';

/** What the ranking has learned from the changes up to a number. */
export interface SavedRanking extends RankerState {
  readonly model: string;
  readonly seq: bigint;
}

/** Settings of a Recommender. */
export interface RecommenderOptions {
  /** Whether the ranking weights learn from each event; default true. */
  readonly learn?: boolean;
}

/** Settings of one question. */
export interface AskOptions {
  /** The time that the answer is for, in milliseconds since 1970; default the clock. */
  readonly now?: number;
  /** BCP 47 tag: for trending the only language, for recommendations the preferred one. Default: the reader's. */
  readonly language?: string;
}

/**
 * Recommendations from a state that changes event by event. The state is a function of the changes applied and their
 * order: the same changes give the same answers. Not safe to share between threads.
 */
export class Recommender {
  private readonly learns: boolean;
  private readonly state = new State();
  private readonly ranker = new Ranker(FEATURES.map(({ start }) => start));
  private seq = 0n;
  private learnedUpTo = 0n;

  constructor({ learn: learns = true }: RecommenderOptions = {}) {
    this.learns = learns;
  }

  /** The number of the last change applied. */
  get asOfSeq(): bigint {
    return this.seq;
  }

  /** Version of the ranking weights: the set of features and the learning steps taken. */
  get modelVersion(): string {
    return `${MODEL}.${this.ranker.steps}`;
  }

  /** The present ranking weights by the name of the feature. */
  get weights(): Readonly<Record<string, number>> {
    return Object.fromEntries(FEATURES.map(({ name }, at) => [name, this.ranker.current[at] as number]));
  }

  /** What the ranking has learned, and up to which change. */
  saveRanking(): SavedRanking {
    const seq = this.seq > this.learnedUpTo ? this.seq : this.learnedUpTo;
    return { model: MODEL, seq, ...this.ranker.save() };
  }

  /**
   * Goes on from a saved ranking: changes up to its number are counted without learning from them again, which makes
   * loading a long log many times faster. False, and nothing happens, when it is of another model.
   */
  restoreRanking(saved: SavedRanking): boolean {
    if (saved.model !== MODEL || !this.ranker.restore(saved)) return false;
    this.learnedUpTo = saved.seq;
    return true;
  }

  /** Number of articles that can be recommended. */
  get articleCount(): number {
    return this.state.catalogue.size;
  }

  /** Adds an article or replaces the one with the same id. */
  upsertArticle(article: RecommenderArticle, seq: bigint): void {
    this.state.upsertArticle(article);
    this.seq = seq;
  }

  /** Takes an article out: it is not recommended any more. */
  deleteArticle(id: string, seq: bigint): void {
    this.state.deleteArticle(id);
    this.seq = seq;
  }

  /** Counts an event, after learning from how the article would have been ranked for the reader before it. */
  record(event: ReaderEvent, seq: bigint): void {
    if (this.learns && seq > this.learnedUpTo) learn(this.state, this.ranker, event, Number(BigInt.asUintN(32, seq)));
    this.state.record(event);
    this.seq = seq;
  }

  /**
   * Forgets a reader: history, co-reading and the reader's share of the counters. What stays of the reader is in the
   * ranking weights alone, a handful of numbers learned over all readers.
   */
  erase(user: string, seq: bigint): void {
    this.state.erase(user);
    this.seq = seq;
  }

  /** What a reader, known or not, may want to read; never an article that the reader had to do with before. */
  recommend(user: string, n: number, { now = Date.now(), language }: AskOptions = {}): RecommendationList {
    const own = profileOf(this.state, this.state.users.find(user));
    const profile = language === undefined ? own : { ...own, language: primary(language) };
    const candidates = candidatesOf(this.state, profile, now);
    const rows = rowsOf(this.state, candidates, profile, now);
    const best = candidates
      .map((article, row) => ({ article, row, score: this.ranker.score(rows, row * WIDTH) }))
      .sort((a, b) => b.score - a.score || a.article - b.article)
      .slice(0, n);
    const reasons = reasonsOf(this.state, profile, best, rows, this.ranker.current, this.state.clock(now));
    return this.answer(
      best.map(({ article, score }, at) => {
        return { article: this.state.articles.name(article), score, because: reasons[at] as Because };
      }),
    );
  }

  /** What is read most just now, filled up with the newest articles. */
  trending(n: number, { now = Date.now(), language = '' }: AskOptions = {}): RecommendationList {
    return this.answer(trendingOf(this.state, n, now, language));
  }

  /**
   * How much each of some articles belongs to a reader's interests, whatever the time: the co-reading walk, half of the
   * likeness to what was read, and a little for every reader of the article, which decides where nothing is known of
   * the reader. For evaluation by protocols that know no time.
   */
  affinity(user: string, ids: readonly string[]): number[] {
    const profile = profileOf(this.state, this.state.users.find(user));
    return ids.map((id) => {
      const article = this.state.articles.of(id);
      const popularity = Math.log1p(this.state.graph.popularity(article));
      return walkShare(profile, article) + 0.5 * (profile.content.get(article) ?? 0) + 0.05 * popularity;
    });
  }

  private answer(items: RecommendationList['items']): RecommendationList {
    return { items, modelVersion: this.modelVersion, asOfSeq: this.seq };
  }
}
