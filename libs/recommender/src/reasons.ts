import { CONTENT, WALK } from './features.ts';
import type { Profile } from './profile.ts';
import { WIDTH } from './rows.ts';
import type { State } from './state.ts';
import type { Because } from './types.ts';

/** Likeness from which an article is said to follow from what was read. */
const ALIKE = 0.25;
/** Events per day from which an article counts as trending. */
const TRENDING = 0.5;

/** Says why each of some ranked articles is there. `weights` are the ranker's. */
export function reasonsOf(
  state: State,
  profile: Profile,
  ranked: readonly { article: number; row: number }[],
  rows: Float64Array,
  weights: readonly number[],
  clock: number,
): Because[] {
  const ids = ranked.map(({ article }) => state.articles.name(article));
  const nearest = state.index.nearest(profile.seeds, ids);
  const title = (article: number): string => state.catalogue.get(article)?.title ?? state.articles.name(article);
  return ranked.map(({ article, row }, at): Because => {
    const part = (feature: number): number => (weights[feature] ?? 0) * (rows[row * WIDTH + feature] ?? 0);
    const origin = profile.walk.origin(article);
    const near = nearest.get(ids[at] ?? '');
    const alike = near !== undefined && (profile.content.get(article) ?? 0) >= ALIKE;
    if (origin !== undefined && part(WALK) >= (alike ? part(CONTENT) : 0)) {
      return { kind: 'co-reading', article: state.articles.name(origin), title: title(origin) };
    }
    if (alike) {
      const { seed, reason } = near;
      return { kind: 'content', article: seed, title: title(state.articles.of(seed)), terms: reason.terms };
    }
    return { kind: state.counters.rate(article, clock) >= TRENDING ? 'trending' : 'new' };
  });
}
