import type { TextIndex } from '@kiban/text-index';
import type { Numbers } from './numbers.ts';
import type { State } from './state.ts';
import { type WalkResult, walk } from './walk.ts';

/** Articles that the content profile is made of, the newest of the history. */
const SEEDS = 10;
/** How much less an article counts for each newer one in the profile. */
const FADING = 0.9;
/** Articles that the profile is matched with at the most. */
const MATCHES = 200;

/** What is known of one reader at one moment. */
export interface Profile {
  readonly walk: WalkResult;
  /** Article to likeness, 0 to 1. */
  readonly content: ReadonlyMap<number, number>;
  readonly seeds: readonly { id: string; weight: number }[];
  /** Primary language subtag; empty when unknown. */
  readonly language: string;
  readonly seen: (article: number) => boolean;
}

const NOWHERE: WalkResult = { reached: [], score: () => 0, origin: () => undefined, highest: 0 };

/** The profile of a reader; of nobody in particular when the reader is unknown. */
export function profileOf({ index, graph, articles, catalogue }: State, user: number | undefined): Profile {
  if (user === undefined) {
    return { walk: NOWHERE, content: new Map(), seeds: [], language: '', seen: () => false };
  }
  const history = graph.history(user);
  const recent = graph.recent(user).slice(-SEEDS);
  const seeds = recent.map((article, at) => ({
    id: articles.name(article),
    weight: Math.sqrt(history?.get(article)?.weight ?? 0) * FADING ** (recent.length - 1 - at),
  }));
  return {
    walk: walk(graph, user, articles.size),
    content: likeness(index, articles, seeds, (article) => history?.has(article) ?? false),
    seeds,
    language: commonest(recent.map((article) => catalogue.get(article)?.language ?? '')),
    seen: (article) => history?.has(article) ?? false,
  };
}

function likeness(
  index: TextIndex,
  articles: Numbers,
  seeds: Profile['seeds'],
  seen: (article: number) => boolean,
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  let highest = 0;
  for (const { id, score } of index.scoreMany(seeds, MATCHES)) {
    const article = articles.of(id);
    if (seen(article)) continue;
    highest ||= score;
    found.set(article, score / highest);
  }
  return found;
}

function commonest(languages: readonly string[]): string {
  const counts = new Map<string, number>();
  let best = '';
  for (const language of languages) {
    if (language === '') continue;
    counts.set(language, (counts.get(language) ?? 0) + 1);
    if ((counts.get(language) ?? 0) > (counts.get(best) ?? 0)) best = language;
  }
  return best;
}
