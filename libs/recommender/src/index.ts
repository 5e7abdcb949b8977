export { random } from './random.ts';
export { type AskOptions, Recommender, type RecommenderOptions, type SavedRanking } from './recommender.ts';
export {
  type Because,
  describeBecause,
  interactionWeight,
  type ReaderEvent,
  type Recommendation,
  type RecommendationList,
  type RecommenderArticle,
} from './types.ts';
