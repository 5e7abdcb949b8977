import { expect, test } from '@jest/globals';
import { parseFilter } from './filter.ts';

const attributes = { lang: 'en', 'iana.org/language_tag': 'ja', empty: '' };

test.each([
  ['attributes:lang', true],
  ['attributes:none', false],
  ['attributes:"iana.org/language_tag"', true],
  ['attributes.lang = "en"', true],
  ['attributes.lang != "en"', false],
  ['attributes.none != "en"', true],
  ['hasPrefix(attributes.lang, "e")', true],
  ['NOT attributes:lang', false],
  ['-attributes:none', true],
  ['attributes:lang AND attributes:empty AND attributes.empty = ""', true],
  ['attributes:none OR (attributes:lang AND NOT attributes.lang = "de")', true],
])('%s is %s', (text, expected) => {
  expect(parseFilter(text)(attributes)).toBe(expected);
});

test.each([
  ['attributes:a AND attributes:b OR attributes:c', /parentheses/],
  ['attributes.a', /= or !=/],
  ['attributes.a = b', /double quotes/],
  ['(attributes:a', /'\)'/],
  ['', /'attributes'/],
  ['attributes:a $', /unexpected/],
  [`attributes.a = "${'x'.repeat(256)}"`, /256/],
])('%s is refused', (text, reason) => {
  expect(() => parseFilter(text)).toThrow(reason);
});
