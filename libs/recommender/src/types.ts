import type { IndexedArticle } from '@kiban/text-index';

/** What the recommender takes in of an article. */
export interface RecommenderArticle extends IndexedArticle {
  /** When the article became available, in milliseconds since 1970. It is never recommended before. */
  readonly createTime: number;
}

/** One thing that one reader did with one article. */
export interface ReaderEvent {
  readonly user: string;
  readonly article: string;
  /** How much it says about the reader's interest; see interactionWeight. */
  readonly weight: number;
  /** When, in milliseconds since 1970. */
  readonly time: number;
}

/** Why an article is recommended. */
export type Because =
  | { readonly kind: 'co-reading'; readonly article: string; readonly title: string }
  | { readonly kind: 'content'; readonly article: string; readonly title: string; readonly terms: readonly string[] }
  | { readonly kind: 'trending' }
  | { readonly kind: 'new' };

/** One recommended article. */
export interface Recommendation {
  readonly article: string;
  /** Higher is better; comparable within one answer only. */
  readonly score: number;
  readonly because: Because;
}

/** An answer and what it was made from. */
export interface RecommendationList {
  /** Best first. */
  readonly items: readonly Recommendation[];
  /** Version of the ranking weights. */
  readonly modelVersion: string;
  /** Every change up to this number was counted. */
  readonly asOfSeq: bigint;
}

/** Source: the published weighting of the Deskdrop articles data set. */
const INTERACTION_WEIGHTS: Readonly<Record<string, number>> = {
  VIEW: 1,
  LIKE: 2,
  BOOKMARK: 2.5,
  SHARE: 3,
  FOLLOW: 3,
  COMMENT: 4,
};

/** How much an interaction counts, by the name of its type; one of an unknown type counts as a view. */
export function interactionWeight(type = ''): number {
  return INTERACTION_WEIGHTS[type] ?? 1;
}

/** A reason in words, for readers. */
export function describeBecause(because: Because): string {
  if (because.kind === 'trending') return 'Trending now';
  if (because.kind === 'new') return 'New';
  if (because.kind === 'co-reading') return `Readers of “${because.title}”, which you read, read this too`;
  const about = because.terms.length > 0 ? `: ${because.terms.join(', ')}` : '';
  return `Because you read “${because.title}”${about}`;
}
