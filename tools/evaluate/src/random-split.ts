import { Recommender } from '@kiban/recommender';
import type { DataSet } from './data-set.ts';

/** Share of the pairs that are held back. */
const HELD_BACK = 0.2;
/** Articles that each held-back one has to be found among. */
const OTHERS = 100;

/** Recall by the published protocol: one article that the reader took among 100 that the reader did not take. */
export interface RandomSplitFigures {
  readonly pairs: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  /** Control: ranked by how many people took each article. */
  readonly popularityAt5: number;
  readonly popularityAt10: number;
}

/**
 * Holds back a fifth of all pairs of reader and article at random, whatever their time, and looks for each among 100
 * others. Protocol: Cremonesi et al., https://doi.org/10.1145/1864708.1864721
 */
export function evaluateRandomSplit({ articles, events }: DataSet, random: () => number): RandomSplitFigures {
  const pairs = new Map(events.map((event) => [`${event.user}\n${event.article}`, event]));
  const shuffled = shuffle([...pairs.values()], random);
  const cut = Math.floor(shuffled.length * HELD_BACK);
  const recommender = new Recommender({ learn: false });
  let seq = 0n;
  for (const article of articles) recommender.upsertArticle(article, ++seq);
  const counts = new Map<string, number>();
  for (const event of shuffled.slice(cut).sort((a, b) => a.time - b.time)) {
    recommender.record(event, ++seq);
    counts.set(event.article, (counts.get(event.article) ?? 0) + 1);
  }
  const hits = { five: 0, ten: 0, popularFive: 0, popularTen: 0 };
  const held = shuffled.slice(0, cut);
  for (const { user, article } of held) {
    const others = draw(articles, random, (id) => id !== article && !pairs.has(`${user}\n${id}`));
    const candidates = [article, ...others];
    const place = placeOfFirst(recommender.affinity(user, candidates));
    const popular = placeOfFirst(candidates.map((id) => counts.get(id) ?? 0));
    if (place < 5) hits.five++;
    if (place < 10) hits.ten++;
    if (popular < 5) hits.popularFive++;
    if (popular < 10) hits.popularTen++;
  }
  const share = (count: number): number => count / Math.max(1, held.length);
  return {
    pairs: held.length,
    recallAt5: share(hits.five),
    recallAt10: share(hits.ten),
    popularityAt5: share(hits.popularFive),
    popularityAt10: share(hits.popularTen),
  };
}

// How many others score higher; of those that score the same, half.
function placeOfFirst(scores: readonly number[]): number {
  const own = scores[0] ?? 0;
  const higher = scores.filter((score) => score > own).length;
  const equal = scores.filter((score) => score === own).length - 1;
  return higher + equal / 2;
}

function draw(articles: DataSet['articles'], random: () => number, wanted: (id: string) => boolean): string[] {
  const found = new Set<string>();
  const possible = articles.filter(({ id }) => wanted(id));
  if (possible.length <= OTHERS) return possible.map(({ id }) => id);
  while (found.size < OTHERS) found.add(possible[Math.floor(random() * possible.length)]?.id ?? '');
  return [...found];
}

function shuffle<T>(list: T[], random: () => number): T[] {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other] as T, list[at] as T];
  }
  return list;
}
