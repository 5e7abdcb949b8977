import { invalid } from './errors.ts';

/**
 * One page of names, sorted. A token holds where to go on and what it was made for; a token of another list is refused.
 * page_size 0 means `standard`; more than `standard` gives `standard`.
 */
export function page<T>(
  list: string,
  items: Iterable<T>,
  nameOf: (item: T) => string,
  pageSize: number,
  pageToken: string,
  standard = 1000,
): { items: T[]; nextPageToken: string } {
  if (pageSize < 0) throw invalid(`Invalid page_size ${pageSize}: it must not be negative.`);
  const after = pageToken === '' ? undefined : decode(list, pageToken);
  const sorted = [...items].sort((a, b) => compare(nameOf(a), nameOf(b)));
  const rest = after === undefined ? sorted : sorted.filter((item) => compare(nameOf(item), after) > 0);
  const size = Math.min(pageSize || standard, standard);
  const last = rest[size - 1];
  const more = rest.length > size && last !== undefined;
  return { items: rest.slice(0, size), nextPageToken: more ? encode(list, nameOf(last)) : '' };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const encode = (list: string, name: string): string => Buffer.from(JSON.stringify([list, name])).toString('base64url');

function decode(list: string, token: string): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (Array.isArray(value) && value[0] === list && typeof value[1] === 'string') return value[1];
  } catch {
    // falls through to the refusal
  }
  throw invalid(`Invalid page_token "${token}": give the next_page_token of the previous page of the same list.`);
}
