import type { Figures } from './targets.ts';

/** The figures as a table for people. */
export function report({ articles, interactions, related, streaming, randomSplit }: Figures): string {
  const rate = (value: number): string => value.toFixed(3);
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  const quality = related.text;
  const both = related.textAndCoReading;
  return [
    `${articles} articles, ${interactions} interactions`,
    '',
    `related articles (${related.questions} with known ones, URLs taken out)`,
    `  text                      R@10 ${rate(quality.recallAt10)}  nDCG@10 ${rate(quality.ndcgAt10)}  mean ${ms(quality.meanMs)}  p99 ${ms(quality.p99Ms)}`,
    `  text and co-reading       R@10 ${rate(both.recallAt10)}  nDCG@10 ${rate(both.ndcgAt10)}  mean ${ms(both.meanMs)}  p99 ${ms(both.p99Ms)}`,
    '',
    `streaming: predict, then learn (${streaming.predicted} predicted, all available articles ranked)`,
    `  recommender               HR@10 ${rate(streaming.recommender)}  mean ${ms(streaming.meanMs)}  p99 ${ms(streaming.p99Ms)}  learning ${ms(streaming.learnMs)}`,
    `  newest first              HR@10 ${rate(streaming.newestFirst)}`,
    `  popularity                HR@10 ${rate(streaming.popularity)}`,
    '',
    `random split: one against 100 (${randomSplit.pairs} pairs)`,
    `  walk and half content     R@5 ${rate(randomSplit.recallAt5)}  R@10 ${rate(randomSplit.recallAt10)}`,
    `  popularity                R@5 ${rate(randomSplit.popularityAt5)}  R@10 ${rate(randomSplit.popularityAt10)}`,
  ].join('\n');
}
