import type { RandomSplitFigures } from './random-split.ts';
import type { RelatedFigures } from './related.ts';
import type { StreamingFigures } from './streaming.ts';

/** All figures of one run. */
export interface Figures {
  readonly articles: number;
  readonly interactions: number;
  readonly related: RelatedFigures;
  readonly streaming: StreamingFigures;
  readonly randomSplit: RandomSplitFigures;
}

/** Share of the known related articles that the first ten must hold. */
const RELATED_RECALL = 0.53;
/** How far the streaming hit rate must be above newest first. */
const ABOVE_NEWEST = 0.03;

/** The targets that figures miss, in words; a part without data has no target. */
export function missedTargets({ related, streaming }: Figures): string[] {
  const missed: string[] = [];
  const recall = related.text.recallAt10;
  if (related.questions > 0 && recall < RELATED_RECALL) {
    missed.push(`related R@10 is ${recall.toFixed(3)}, the target is ${RELATED_RECALL}`);
  }
  const target = streaming.newestFirst + ABOVE_NEWEST;
  if (streaming.predicted > 0 && streaming.recommender < target) {
    missed.push(`streaming HR@10 is ${streaming.recommender.toFixed(3)}, the target is ${target.toFixed(3)}`);
  }
  return missed;
}
