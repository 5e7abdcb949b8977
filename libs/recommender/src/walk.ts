import type { ReadingGraph } from './reading-graph.ts';

/** Where the walk ended. Valid until the next walk. */
export interface WalkResult {
  /** The articles it ended at. */
  readonly reached: readonly number[];
  /** How likely it ended at an article; 0 where it did not. */
  readonly score: (article: number) => number;
  /** The article of the history that contributed most to the score. */
  readonly origin: (article: number) => number | undefined;
  /** The highest score of an article that the reader has not read; 0 when there is none. */
  readonly highest: number;
}

/** How the walk turns degrees into probabilities. */
export interface WalkOptions {
  /** Exponent of the transition probabilities; default 0.7. */
  readonly alpha?: number;
  /** How much popular articles are held back; default 0.4. */
  readonly beta?: number;
}

// One walk at a time: the arrays are as long as the articles, and making them for each walk would cost more than it.
let scores = new Float64Array(1024);
let gains = new Float64Array(1024);
let best = new Float64Array(1024);
let origins = new Int32Array(1024);
let reached: number[] = [];

/**
 * The random walk reader -> article -> other reader -> article with popular articles held back (RP3beta), over `size`
 * articles. Source: Paudel et al., https://doi.org/10.1145/2955101
 */
export function walk(
  graph: ReadingGraph,
  user: number,
  size: number,
  { alpha = 0.7, beta = 0.4 }: WalkOptions = {},
): WalkResult {
  reset(size);
  for (const origin of graph.recent(user)) {
    const readers = graph.readersOf(origin);
    const ends: number[] = [];
    for (const reader of readers) {
      if (reader === user) continue;
      const step = (readers.length * graph.degree(reader)) ** -alpha;
      for (const article of graph.recent(reader)) {
        if (gains[article] === 0) ends.push(article);
        gains[article] = (gains[article] as number) + step;
      }
    }
    for (const article of ends) take(article, origin);
  }
  let highest = 0;
  const seen = graph.history(user);
  for (const article of reached) {
    const held = (scores[article] as number) / Math.max(1, graph.popularity(article)) ** beta;
    scores[article] = held;
    // What the reader has read cannot be recommended, so it does not set the scale either.
    if (held > highest && !seen?.has(article)) highest = held;
  }
  return {
    reached,
    highest,
    score: (article) => scores[article] ?? 0,
    origin: (article) => (scores[article] ? origins[article] : undefined),
  };
}

function take(article: number, origin: number): void {
  const gain = gains[article] as number;
  gains[article] = 0;
  if (scores[article] === 0) reached.push(article);
  scores[article] = (scores[article] as number) + gain;
  if (gain <= (best[article] as number)) return;
  best[article] = gain;
  origins[article] = origin;
}

function reset(size: number): void {
  for (const article of reached) {
    scores[article] = 0;
    best[article] = 0;
  }
  reached = [];
  if (size <= scores.length) return;
  const length = Math.ceil(size * 1.5);
  scores = new Float64Array(length);
  gains = new Float64Array(length);
  best = new Float64Array(length);
  origins = new Int32Array(length);
}
