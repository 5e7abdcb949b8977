import { ServiceError } from '@kiban/grpc';
import { openToken, sealToken } from '../articles/signed-token.ts';

/** Where a page ended: the last article and its value in the order. */
export interface Position {
  articleId: string;
  /** Microseconds since 1970 for times, the text itself for titles. */
  value: string;
}

/** What a token belongs to: a token of another filter or order is refused. */
export interface PagedQuery {
  filter: string;
  orderBy: string;
}

/** Makes the token of the page behind a position. */
export function encodePageToken(key: Uint8Array, query: PagedQuery, position: Position): string {
  return sealToken(key, purpose(query), `${position.articleId}\n${position.value}`);
}

/** Reads a token; undefined when empty. Throws INVALID_ARGUMENT naming pageToken when it was not made for this query. */
export function decodePageToken(key: Uint8Array, query: PagedQuery, token: string): Position | undefined {
  if (token === '') return undefined;
  const payload = openToken(key, purpose(query), token);
  const split = payload?.indexOf('\n') ?? -1;
  if (payload === undefined || split < 0) {
    throw ServiceError.invalidArgument([
      {
        field: 'pageToken',
        description:
          'is not a nextPageToken of this query: repeat the filter and orderBy it came from, or start without it',
      },
    ]);
  }
  return { articleId: payload.slice(0, split), value: payload.slice(split + 1) };
}

function purpose(query: PagedQuery): string {
  return JSON.stringify(['articles', query.filter.trim(), query.orderBy.trim()]);
}
