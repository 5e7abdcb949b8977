import { describe, expect, it } from '@jest/globals';
import { parseFilter } from './filter.ts';

const problem = (text: string): string => {
  try {
    parseFilter(text);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('parseFilter', () => {
  it('reads terms joined by AND', () => {
    expect(parseFilter(' tag = "css" and language="pt-BR" AND create_time>="2026-01-31T00:00:00.123456Z" ')).toEqual([
      { field: 'tag', operator: '=', value: 'css' },
      { field: 'language', operator: '=', value: 'pt-BR' },
      { field: 'create_time', operator: '>=', value: 1769817600123456n },
    ]);
  });

  it('takes the JSON name of a field and a time with an offset', () => {
    expect(parseFilter('createTime < "1970-01-01T01:00:00+01:00"')).toEqual([
      { field: 'create_time', operator: '<', value: 0n },
    ]);
  });

  it('reads escapes in a value and takes AND inside quotes as text', () => {
    expect(parseFilter('tag = "a \\"b\\" AND \\\\c"')).toEqual([
      { field: 'tag', operator: '=', value: 'a "b" AND \\c' },
    ]);
  });

  it('has no terms when empty', () => {
    expect(parseFilter('  ')).toEqual([]);
  });

  it.each([
    ['title = "x"', 'filter: unknown field title: use tag, language or create_time (at character 1)'],
    ['tag = "x" OR tag = "y"', 'filter: expected AND between terms (at character 11)'],
    ['tag != "x"', 'filter: tag can only be compared with = (at character 5)'],
    ['tag = x', 'filter: expected a value in double quotes after = (at character 7)'],
    ['tag = "x', 'filter: expected a value in double quotes after = (at character 7)'],
    ['tag', 'filter: expected an operator after tag (at character 4)'],
    ['tag = "x" AND', 'filter: expected a field: tag, language or create_time (at character 14)'],
    ['create_time = "2026-01-01T00:00:00Z"', 'filter: create_time can only be compared with >= or < (at character 13)'],
    ['create_time < "yesterday"', 'filter: expected an RFC 3339 time such as "2026-01-31T00:00:00Z" (at character 15)'],
    [
      'create_time < "2026-13-01T00:00:00Z"',
      'filter: expected an RFC 3339 time such as "2026-01-31T00:00:00Z" (at character 15)',
    ],
    ['tag = "\0"', 'filter: a value holds no NUL character (at character 7)'],
    ['(tag = "x")', 'filter: expected a field: tag, language or create_time (at character 1)'],
  ])('refuses %j', (text, message) => {
    expect(problem(text)).toBe(message);
  });

  it('refuses more terms than a query should have', () => {
    expect(problem(Array.from({ length: 21 }, () => 'tag = "x"').join(' AND '))).toContain('filter: at most 20 terms');
  });
});
