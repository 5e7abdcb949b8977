import { describeBecause, type Recommendation } from '@kiban/recommender';

/** An answer of the recommender as the API gives it. */
export function recommended({ article, score, because }: Recommendation) {
  return {
    name: `articles/${article}`,
    score,
    reason: describeBecause(because),
    becauseOf: 'article' in because ? `articles/${because.article}` : '',
  };
}
