import { expect, it } from '@jest/globals';
import { commandsOf, matches } from '../src/console-blocks.mjs';

const document = [
  'text',
  '```console',
  '$ echo a \\',
  '    b',
  'a b',
  '$ true',
  '```',
  '```console start',
  '$ npm start',
  '```',
  '',
].join('\n');

it('reads commands, continuations and their output, and leaves start blocks alone', () => {
  expect(commandsOf(document)).toEqual([
    { line: 3, command: 'echo a b', expected: 'a b' },
    { line: 6, command: 'true', expected: '' },
  ]);
});

it.each([
  ['{"a":1,"b":[]}', '{"a":…,"b":[]}', true],
  ['first\nsecond\nthird\n', 'first\n…\nthird', true],
  ['first\nsecond', 'first', false],
  ['{"code":5}', '{"articles":…', false],
  ['anything', '', true],
])('compares %j with %j', (output, expected, result) => {
  expect(matches(output, expected)).toBe(result);
});
