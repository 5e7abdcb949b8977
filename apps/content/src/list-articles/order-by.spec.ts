import { describe, expect, it } from '@jest/globals';
import { parseOrderBy } from './order-by.ts';

describe('parseOrderBy', () => {
  it.each([
    ['', 'create_time', 'desc'],
    ['create_time desc', 'create_time', 'desc'],
    ['createTime  DESC', 'create_time', 'desc'],
    ['update_time asc', 'update_time', 'asc'],
    ['title', 'title', 'asc'],
  ])('reads %j', (text, column, direction) => {
    expect(parseOrderBy(text)).toEqual({ column, direction });
  });

  it.each(['body', 'title desc', 'create_time; drop table article', 'toString'])(
    'refuses %j naming orderBy',
    (text) => {
      expect(() => parseOrderBy(text)).toThrow(/^orderBy: cannot order by/);
    },
  );
});
