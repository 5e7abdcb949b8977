import type { SavedRanking } from '@kiban/recommender';
import type { RecommendationStore } from '../recommendation-store.ts';

/** Loads what was learned before, if anything, so that the log is counted without learning from it again. */
export async function restoreRanking({ database, recommender }: RecommendationStore): Promise<void> {
  const { rows } = await database.query<SavedRanking>('SELECT model, seq, steps, weights, squares FROM ranking');
  for (const saved of rows) recommender.restoreRanking(saved);
}

/** Saves what was learned, unless another replica has saved more. */
export async function saveRanking({ database, recommender }: RecommendationStore): Promise<void> {
  const { model, seq, steps, weights, squares } = recommender.saveRanking();
  if (steps === 0) return;
  await database.query(
    `INSERT INTO ranking (model, seq, steps, weights, squares) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (model) DO UPDATE SET seq = excluded.seq, steps = excluded.steps, weights = excluded.weights,
       squares = excluded.squares
     WHERE excluded.seq > ranking.seq`,
    [model, seq, steps, weights, squares],
  );
}
