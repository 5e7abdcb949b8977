import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { violations } from '../src/boundaries.mjs';

let root;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kiban-boundaries-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A project on disk with one source file. */
function project(
  name,
  source,
  { type = 'lib', dependencies = {}, devDependencies = {}, exports = { '.': {} }, file = 'src/index.ts' } = {},
) {
  const folder = join(root, name);
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), source);
  return {
    root: folder,
    tags: [`type:${type}`],
    pkg: { name: `@kiban/${name}`, dependencies, devDependencies, exports },
  };
}

const plain = () => project('plain', 'export const a = 1;');

it('accepts a declared import through the door', () => {
  const user = project('user', "import { a } from '@kiban/plain';", { dependencies: { '@kiban/plain': '*' } });
  expect(violations([plain(), user])).toEqual([]);
});

it('takes a test dependency in a bench, and leaves out what is generated', () => {
  const bench = project('measured', "import '@kiban/plain';", {
    devDependencies: { '@kiban/plain': '*' },
    file: 'bench/index.ts',
  });
  project('measured', "import '@kiban/plain/src/x';", { file: 'dist/index.ts' });
  project('measured', "import '@kiban/plain/src/x';", { file: 'gen/deep/index.ts' });
  expect(violations([plain(), bench])).toEqual([]);
});

it('refuses an undeclared dependency of a bench', () => {
  const bench = project('undeclared', "import '@kiban/plain';", { file: 'bench/index.ts' });
  expect(violations([plain(), bench])).toEqual([expect.stringMatching(/not declared/)]);
});

it.each([
  ['an undeclared dependency', "import '@kiban/plain';", {}, /not declared/],
  ['a relative escape', "import '../../plain/src/index.ts';", {}, /leaves @kiban\/user/],
  ['a deep import', "import '@kiban/plain/src/x';", { dependencies: { '@kiban/plain': '*' } }, /deep import/],
  [
    'a test dependency in shipped code',
    "import '@kiban/plain';",
    { devDependencies: { '@kiban/plain': '*' } },
    /not declared/,
  ],
])('refuses %s', (_, source, options, message) => {
  expect(violations([plain(), project('user', source, options)])).toEqual([expect.stringMatching(message)]);
});

it('refuses a lib that imports an app', () => {
  const app = project('app', 'export {};', { type: 'app' });
  const lib = project('user', "import '@kiban/app';", { dependencies: { '@kiban/app': '*' } });
  expect(violations([app, lib])).toEqual([expect.stringMatching(/may not import/)]);
});

it('refuses a cycle', () => {
  const a = project('a', "import '@kiban/b';", { dependencies: { '@kiban/b': '*' } });
  const b = project('b', "import '@kiban/a';", { dependencies: { '@kiban/a': '*' } });
  expect(violations([a, b])).toEqual([expect.stringMatching(/^cycle: /)]);
});
