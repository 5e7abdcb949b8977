import type { Job } from '../job.ts';

/** As long as the contract promises that a resume token is good. */
const KEEP = '7 days';

/** Drops article changes that watchers can no longer resume from. */
export const pruneArticleChanges: Job = async (context) => {
  const { rows } = await context
    .database('content')
    .query<{ pruned: bigint }>('select prune_article_change($1::interval) as pruned', [KEEP]);
  return { pruned: Number(rows[0]?.pruned ?? 0) };
};
