import type { Article } from '@kiban/contracts/kiban/content/v1';
import type { FieldViolation } from '@kiban/grpc';
import { toMicros } from './micros.ts';

export const DEFAULT_LANGUAGE = 'en';

/** What the contract cannot say about a new article: each problem names its field below `article`. */
export function newArticleProblems(article: Article): FieldViolation[] {
  const problems: FieldViolation[] = [];
  if (article.title.trim() === '') problems.push({ field: 'article.title', description: 'must not be empty' });
  if (article.createTime && toMicros(article.createTime) === undefined) {
    problems.push({ field: 'article.createTime', description: 'must be in the years 1 to 9999' });
  }
  return problems;
}
