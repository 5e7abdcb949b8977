import { type ArticleRow, INTERACTION_TYPES, type InteractionRow } from '../rows.ts';
import { derivedId } from '../uuid-v5.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;
const USER = /^[A-Za-z0-9][A-Za-z0-9._~@-]{0,127}$/;
const ARTICLE_FIELDS = ['title', 'body', 'tags', 'language', 'url', 'authors', 'createTime'] as const;

/** A line that cannot become a row; the message says why. */
export class BadLineError extends Error {
  override readonly name = 'BadLineError';
}

/** A line of articles.jsonl: {id, title, body, tags[], language, authors[], url, createTime}; id and title needed. */
export function parseArticle(text: string): ArticleRow {
  const value = parseObject(text);
  const articleId = wanted(value, 'id', ID);
  if (typeof value['title'] !== 'string' || !value['title'])
    throw new BadLineError('title must be a string, not empty');
  for (const field of ['body', 'language', 'url', 'createTime']) optionalString(value, field);
  for (const field of ['tags', 'authors']) optionalStrings(value, field);
  // An empty string or null stands for "not known" in many exports.
  const known = ARTICLE_FIELDS.filter(
    (field) => value[field] !== undefined && value[field] !== null && value[field] !== '',
  );
  const article = Object.fromEntries(known.map((field) => [field, value[field]]));
  return { articleId, article: article as unknown as ArticleRow['article'] };
}

/** A line of interactions.jsonl: {user, article, type, time}; all four needed. */
export function parseInteraction(text: string): InteractionRow {
  const value = parseObject(text);
  const user = wanted(value, 'user', USER);
  const article = wanted(value, 'article', ID);
  const type = INTERACTION_TYPES.find((each) => each === value['type']);
  if (!type) throw new BadLineError(`type must be one of ${INTERACTION_TYPES.join(', ')}`);
  const stamp = value['time'];
  const time = typeof stamp === 'string' ? new Date(stamp) : undefined;
  if (!time || Number.isNaN(time.getTime())) throw new BadLineError('time must be an RFC 3339 time');
  return {
    interactionId: derivedId(user, article, type, time.toISOString()),
    user: `users/${user}`,
    article: `articles/${article}`,
    type,
    time: time.toISOString(),
  };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadLineError('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadLineError('not a JSON object');
  return value as Record<string, unknown>;
}

function wanted(value: Record<string, unknown>, field: string, pattern: RegExp): string {
  const found = value[field];
  if (typeof found === 'string' && pattern.test(found)) return found;
  throw new BadLineError(`${field} must be a string that matches ${pattern.source}`);
}

function optionalString(value: Record<string, unknown>, field: string): void {
  const found = value[field];
  if (found !== undefined && found !== null && typeof found !== 'string') {
    throw new BadLineError(`${field} must be a string`);
  }
}

function optionalStrings(value: Record<string, unknown>, field: string): void {
  const found = value[field];
  if (found === undefined || found === null) return;
  if (!Array.isArray(found) || found.some((each) => typeof each !== 'string')) {
    throw new BadLineError(`${field} must be a list of strings`);
  }
}
