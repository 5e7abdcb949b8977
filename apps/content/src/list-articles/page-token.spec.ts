import { describe, expect, it } from '@jest/globals';
import { decodePageToken, encodePageToken } from './page-token.ts';

const key = Buffer.alloc(32, 1);
const query = { filter: 'tag = "x"', orderBy: 'title' };
const position = { articleId: 'a.b~c', value: 'Ünï\n"quoted"' };

describe('page tokens', () => {
  it('give back the position', () => {
    expect(decodePageToken(key, query, encodePageToken(key, query, position))).toEqual(position);
  });

  it('fit the contract with the longest title and id', () => {
    const token = encodePageToken(key, query, { articleId: 'x'.repeat(128), value: '𝒳'.repeat(300) });
    expect(token.length).toBeLessThanOrEqual(2000);
  });

  const token = encodePageToken(key, query, position);
  const flipped = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
  it.each([
    ['another filter', key, { ...query, filter: 'tag = "y"' }, token],
    ['another order', key, { ...query, orderBy: '' }, token],
    ['another key', Buffer.alloc(32, 2), query, token],
    ['a changed character', key, query, flipped],
    ['a shortened token', key, query, token.slice(0, -2)],
    ['padding', key, query, `${token}=`],
    ['text that is no token', key, query, 'hello'],
  ])('refuse %s naming pageToken', (_, otherKey, otherQuery, text) => {
    expect(() => decodePageToken(otherKey, otherQuery, text)).toThrow(/^pageToken: is not a nextPageToken/);
  });
});
