import type { ReadingGraph } from './reading-graph.ts';

/** Where the walk ended, how likely, and from which article of the reader it mostly came. */
export interface WalkResult {
  /** Article to score. */
  readonly scores: ReadonlyMap<number, number>;
  /** Article to the article of the history that contributed most. */
  readonly origins: ReadonlyMap<number, number>;
  /** The highest score; 0 when the walk went nowhere. */
  readonly highest: number;
}

/** How the walk turns degrees into probabilities. */
export interface WalkOptions {
  /** Exponent of the transition probabilities; default 0.7. */
  readonly alpha?: number;
  /** How much popular articles are held back; default 0.4. */
  readonly beta?: number;
}

/**
 * The random walk reader -> article -> other reader -> article with popular articles held back (RP3beta).
 * Source: Paudel et al., https://doi.org/10.1145/2955101
 */
export function walk(graph: ReadingGraph, user: number, { alpha = 0.7, beta = 0.4 }: WalkOptions = {}): WalkResult {
  const scores = new Map<number, number>();
  const origins = new Map<number, number>();
  const best = new Map<number, number>();
  for (const [origin] of graph.recent(user)) {
    const reached = new Map<number, number>();
    const readers = graph.readersOf(origin);
    for (const reader of readers) {
      if (reader === user) continue;
      const step = (readers.length * graph.degree(reader)) ** -alpha;
      for (const [article] of graph.recent(reader)) reached.set(article, (reached.get(article) ?? 0) + step);
    }
    for (const [article, gain] of reached) {
      scores.set(article, (scores.get(article) ?? 0) + gain);
      if (gain > (best.get(article) ?? 0)) {
        best.set(article, gain);
        origins.set(article, origin);
      }
    }
  }
  let highest = 0;
  for (const [article, score] of scores) {
    const held = score / Math.max(1, graph.popularity(article)) ** beta;
    scores.set(article, held);
    // What the reader has read cannot be recommended, so it does not set the scale either.
    if (held > highest && !graph.history(user)?.has(article)) highest = held;
  }
  return { scores, origins, highest };
}
