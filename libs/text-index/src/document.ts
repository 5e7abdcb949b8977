/** What the index takes in of an article. */
export interface IndexedArticle {
  /** Identity; an article with the same id replaces the one before. */
  readonly id: string;
  /** Headline; its words count three times. */
  readonly title: string;
  /** Plain text; its words count once. */
  readonly body: string;
  /** Labels; their words count twice. */
  readonly tags: readonly string[];
  /** BCP 47 tag; related articles of the same language are preferred. */
  readonly language: string;
}

/** One answer of the index. */
export interface Hit {
  readonly id: string;
  /** Higher is nearer; comparable within one answer only. */
  readonly score: number;
  readonly reason: Reason;
}

/** Why two articles are related, or why an article matches a query. */
export interface Reason {
  /** Words that both hold, the most telling first; at most three. */
  readonly terms: readonly string[];
  /** Tags that both carry; at most three. */
  readonly tags: readonly string[];
  /** How strongly the same people read both, 0 to 1. */
  readonly coRead: number;
}

/** A reason in words, for readers. */
export function describeReason(reason: Reason): string {
  const parts: string[] = [];
  if (reason.coRead > 0) parts.push('read by the same people');
  if (reason.tags.length > 0) parts.push(`both tagged ${list(reason.tags)}`);
  if (reason.terms.length > 0) parts.push(`about ${list(reason.terms)}`);
  const text = parts.join('; ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
