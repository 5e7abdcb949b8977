import { random } from '@kiban/recommender';
import type { DataSet } from './data-set.ts';
import { evaluateRandomSplit } from './random-split.ts';
import { evaluateRelated } from './related.ts';
import { evaluateStreaming } from './streaming.ts';
import type { Figures } from './targets.ts';

/** All figures of a data set. The same seed gives the same figures, times apart. */
export function evaluate(data: DataSet, seed: number): Figures {
  return {
    articles: data.articles.length,
    interactions: data.events.length,
    related: evaluateRelated(data),
    streaming: evaluateStreaming(data),
    randomSplit: evaluateRandomSplit(data, random(seed)),
  };
}
