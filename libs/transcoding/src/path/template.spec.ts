import { expect, test } from '@jest/globals';
import { parseTemplate } from './template.ts';

test.each([
  ['/v1/articles', ['v1', 'articles'], '', []],
  ['/v1/{name=articles/*}', ['v1', 'articles', '*'], '', [['name', 1, 3]]],
  ['/v1/{article.name=articles/*}:check', ['v1', 'articles', '*'], 'check', [['article.name', 1, 3]]],
  ['/{x}', ['*'], '', [['x', 0, 1]]],
  ['/a/{b=c/**}/d', ['a', 'c', '**', 'd'], '', [['b', 1, -2]]],
  ['/', [], '', []],
])('%s', (text, segments, verb, variables) => {
  const found = parseTemplate(text);
  expect(found.segments).toEqual(segments);
  expect(found.verb).toBe(verb);
  expect(found.variables.map(({ fieldPath, start, end }) => [fieldPath.join('.'), start, end])).toEqual(variables);
});

test.each(['', 'v1', '/{x', '/{x=a/{y}}', '/{}', '/a/', '/a:', '/**/*', '/**/{x}', '/a{x}', '/{x}b', '/a//b'])(
  '%j is refused',
  (text) => {
    expect(() => parseTemplate(text)).toThrow(/path template ".*", position \d+: /);
  },
);
