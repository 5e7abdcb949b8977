import { AsyncResource } from 'node:async_hooks';
import type { Clients } from '../clients.ts';
import { isOutage } from '../support/is-outage.ts';
import { Lru } from '../support/lru.ts';
import { within } from '../support/within.ts';
import type { Ranked } from './article-shelf.ts';

const FRESH_MS = 2_000;
const MOST = 100;

/** What is trending. */
export interface TrendingAnswer {
  ranking: Ranked[];
  /** Date.now() when the recommendation service answered. */
  at: number;
  /** The last good answer, because the service is away. */
  stale: boolean;
}

/**
 * What is trending, by language. Everybody gets the same, so one answer serves two seconds of callers; while the
 * recommendation service is away the last answer goes on serving, marked stale.
 */
export class Trending {
  readonly #clients: Clients;
  readonly #answers = new Lru<TrendingAnswer>(64);
  readonly #running = new Map<string, Promise<TrendingAnswer>>();
  /** Shared calls run outside of any caller's call: one caller's deadline must not end everybody's answer. */
  readonly #outside = new AsyncResource('trending');

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  /** Throws what the recommendation service threw when it is away and never answered before. */
  async get(language: string, signal: AbortSignal): Promise<TrendingAnswer> {
    const last = this.#answers.get(language);
    if (last && Date.now() - last.at < FRESH_MS) return last;
    try {
      return await within(signal, this.#ask(language));
    } catch (error) {
      if (!last || !isOutage(error)) throw error;
      return { ...last, stale: true };
    }
  }

  /** The last answer, without asking. */
  last(language = ''): Ranked[] | undefined {
    return this.#answers.get(language)?.ranking;
  }

  #ask(language: string): Promise<TrendingAnswer> {
    const running = this.#running.get(language) ?? this.#outside.runInAsyncScope(() => this.#load(language));
    this.#running.set(language, running);
    return running;
  }

  async #load(language: string): Promise<TrendingAnswer> {
    try {
      const { articles } = await this.#clients.recommendation.listTrending({ pageSize: MOST, language });
      const ranking = articles.map(({ name, score, reason }) => ({ name, score, reason }));
      const answer = { ranking, at: Date.now(), stale: false };
      this.#answers.set(language, answer);
      return answer;
    } finally {
      this.#running.delete(language);
    }
  }
}
