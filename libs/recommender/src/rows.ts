import { FEATURES, writeFeatures } from './features.ts';
import type { Profile } from './profile.ts';
import type { State } from './state.ts';

/** Numbers in one row of features. */
export const WIDTH = FEATURES.length;

/** The features of some articles for a reader at a time, one row after the other. */
export function rowsOf(state: State, articles: readonly number[], profile: Profile, now: number): Float64Array {
  const clock = state.clock(now);
  const rows = new Float64Array(articles.length * WIDTH);
  articles.forEach((article, at) => {
    const entry = state.catalogue.get(article);
    writeFeatures(rows, at * WIDTH, {
      counter: (kind) => state.counters.read(article, kind, clock),
      age: clock - (entry?.createTime ?? 0),
      quiet: state.counters.quiet(article, clock),
      newer: state.catalogue.newer(article, now),
      readers: state.graph.popularity(article),
      walk: walkShare(profile, article),
      content: profile.content.get(article) ?? 0,
      sameLanguage: !entry || profile.language === '' || entry.language === profile.language,
    });
  });
  return rows;
}

/** The walk score of an article as a share of the highest one, 0 to 1. */
export function walkShare({ walk }: Profile, article: number): number {
  return walk.highest === 0 ? 0 : Math.min(1, walk.score(article) / walk.highest);
}
