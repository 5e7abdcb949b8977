import { HALF_LIVES } from './decayed-counters.ts';

const HOUR = 3_600_000;
const YEAR = 8766 * HOUR;

/** What the ranker sees of an article and a reader, in this order, and the weight that each starts from. */
export const FEATURES = [
  { name: 'events, half-life 6 h', start: 0.3 },
  { name: 'events, half-life 1 d', start: 0.3 },
  { name: 'events, half-life 3 d', start: 0.2 },
  { name: 'events, half-life 14 d', start: 0.1 },
  { name: 'youth', start: 0.5 },
  { name: 'different readers', start: 0 },
  { name: 'co-reading walk', start: 1.5 },
  { name: 'likeness to what was read', start: 1 },
  { name: 'language of the reader', start: 4 },
  { name: 'few newer articles', start: 0.5 },
  { name: 'newest event', start: 0.1 },
] as const;

/** Where the personal features are in a row. */
export const WALK = 6;
export const CONTENT = 7;

/** Values of one row before they are scaled. */
export interface FeatureInput {
  /** Decayed counter by half-life. */
  readonly counter: (kind: number) => number;
  /** Milliseconds since the article became available. */
  readonly age: number;
  /** Milliseconds since the newest event; Infinity when there was none. */
  readonly quiet: number;
  /** How many newer articles there are. */
  readonly newer: number;
  /** How many different people read it. */
  readonly readers: number;
  /** Share of the highest walk score, 0 to 1. */
  readonly walk: number;
  /** Share of the highest likeness, 0 to 1. */
  readonly content: number;
  /** False when the reader reads another language. */
  readonly sameLanguage: boolean;
}

/** Writes one row of features at an offset. */
export function writeFeatures(row: Float64Array, offset: number, input: FeatureInput): void {
  for (let kind = 0; kind < HALF_LIVES.length; kind++) row[offset + kind] = Math.log1p(input.counter(kind));
  row[offset + 4] = -Math.log1p(Math.max(0, input.age) / HOUR);
  row[offset + 5] = Math.log1p(input.readers);
  // The root keeps the long tail of weak links apart from no link at all.
  row[offset + WALK] = Math.sqrt(input.walk);
  row[offset + CONTENT] = input.content;
  row[offset + 8] = input.sameLanguage ? 1 : 0;
  row[offset + 10] = -Math.log1p(Math.min(YEAR, input.quiet) / HOUR);
  row[offset + 9] = -Math.log1p(input.newer);
}
