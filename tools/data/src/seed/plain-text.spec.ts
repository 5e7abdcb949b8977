import { expect, it } from '@jest/globals';
import { plainText } from './plain-text.ts';

it('keeps the text of links, code and tags', () => {
  expect(plainText('See [subgrids (level 2)](#feat=css(2)) and `gap`,<br>**not** <code>&lt;div&gt;</code>')).toBe(
    'See subgrids (level 2) and gap, not <div>',
  );
});

it('keeps paragraphs and drops the space around them', () => {
  expect(plainText(' one \r\n\r\n\r\n  two ')).toBe('one\n\ntwo');
});
