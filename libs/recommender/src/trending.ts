import { primary } from './catalogue.ts';
import type { State } from './state.ts';
import type { Recommendation } from './types.ts';

/** What is read most at a time, filled up with the newest articles; in one language unless that is empty. */
export function trendingOf(state: State, n: number, now: number, language: string): Recommendation[] {
  const clock = state.clock(now);
  const wanted = (article: number): boolean =>
    state.catalogue.available(article, now) &&
    (language === '' || state.catalogue.get(article)?.language === primary(language));
  const items = [...state.active]
    .filter(wanted)
    .map((article) => ({ article, score: state.counters.rate(article, clock) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.article - b.article)
    .slice(0, n)
    .map(({ article, score }): Recommendation => {
      return { article: state.articles.name(article), score, because: { kind: 'trending' } };
    });
  const listed = new Set(items.map(({ article }) => article));
  for (const article of state.catalogue.newest(now)) {
    if (items.length >= n) break;
    const id = state.articles.name(article);
    if (wanted(article) && !listed.has(id)) items.push({ article: id, score: 0, because: { kind: 'new' } });
  }
  return items;
}
