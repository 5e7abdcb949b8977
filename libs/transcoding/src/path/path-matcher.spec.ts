import { expect, test } from '@jest/globals';
import { DuplicateTemplateError, PathMatcher } from './path-matcher.ts';

function matcher(...templates: string[]): PathMatcher<string> {
  const made = new PathMatcher<string>();
  for (const template of templates) made.add('GET', template, template);
  return made;
}

test('a literal wins over *, * over **', () => {
  const paths = matcher('/a/**', '/a/*', '/a/b');
  expect(paths.match('GET', '/a/b')?.data).toBe('/a/b');
  expect(paths.match('GET', '/a/c')?.data).toBe('/a/*');
  expect(paths.match('GET', '/a/c/d')?.data).toBe('/a/**');
  expect(paths.match('GET', '/a')?.data).toBe('/a/**');
});

test('a branch that ends nowhere is left again', () => {
  const paths = matcher('/a/b/c', '/a/*/d', '/**/e');
  expect(paths.match('GET', '/a/b/d')?.data).toBe('/a/*/d');
  expect(paths.match('GET', '/a/b/e')?.data).toBe('/**/e');
  expect(paths.match('GET', '/a/b/f')).toBeUndefined();
});

test('a verb is one only when some rule has it', () => {
  const paths = matcher('/v1/articles/{id}', '/v1/articles:search', '/v1/articles/{id}:undo');
  expect(paths.match('GET', '/v1/articles:search')?.data).toBe('/v1/articles:search');
  expect(paths.match('GET', '/v1/articles/x:undo')?.bindings[0]?.value).toBe('x');
  expect(paths.match('GET', '/v1/articles/x:nope')?.bindings[0]?.value).toBe('x:nope');
  expect(paths.match('GET', '/v1/articles:nope')).toBeUndefined();
});

test('a segment that is called * is a literal of the request, not a wildcard of the trie', () => {
  expect(matcher('/a/*/c').match('GET', '/a/*/c')?.data).toBe('/a/*/c');
  expect(matcher('/a/b').match('GET', '/a/*')).toBeUndefined();
});

test('the same template with other variable names is refused', () => {
  const paths = matcher('/v1/{a}');
  expect(() => paths.add('GET', '/v1/{b}', 'again')).toThrow(DuplicateTemplateError);
  expect(() => paths.add('POST', '/v1/{b}', 'other method')).not.toThrow();
});

test('tens of thousands of segments neither overflow nor take long', () => {
  const paths = matcher('/a/**/x');
  const started = performance.now();
  expect(paths.match('GET', `/a${'/b'.repeat(64_000)}/x`)?.data).toBe('/a/**/x');
  expect(paths.match('GET', `/a${'/b'.repeat(64_000)}/y`)).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(2000);
});
