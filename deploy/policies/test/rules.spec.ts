import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { judge } from '../src/judge.ts';
import { renderedFiles } from '../src/load.ts';
import type { Rule } from '../src/rule.ts';
import { allRules } from '../src/rules/index.ts';
import { schemaProblems } from '../src/schema/schema-problems.ts';
import { loadConfigurations } from '../src/services/definitions.ts';
import { broken, type Case, FIXTURES, readCases, rendered } from './fixture.ts';

let rules: readonly Rule[] = [];
beforeAll(async () => {
  rules = allRules(await loadConfigurations());
});

const withFixtures = globSync('*.yaml', { cwd: FIXTURES }).map((file) => basename(file, '.yaml'));

it('has bad fixtures for every rule and for the schemas', () => {
  expect(withFixtures.toSorted()).toEqual([...rules.map(({ name }) => name), 'schema'].toSorted());
});

describe.each(withFixtures)('rule %s', (name) => {
  it.each(readCases(name).map((each): [string, Case] => [`${each.says} (${JSON.stringify(each).slice(0, 70)})`, each]))(
    'says: %s',
    async (_, each) => {
      const findings = (overlay = broken(each)) =>
        judge(overlay, name === 'schema' ? [] : rules.filter((rule) => rule.name === name));
      const own = (await findings()).filter(({ rule }) => rule === name).map(({ problem }) => problem);
      expect(own.join('\n')).toContain(each.says);
      expect(await findings(rendered(each.overlay))).toEqual([]);
    },
  );
});

it.each(renderedFiles().map((file) => [basename(file, '.yaml')]))('finds nothing in overlay %s', async (name) => {
  expect(await judge(rendered(name), rules)).toEqual([]);
});

it('knows no kind that it was not taught', async () => {
  expect(await schemaProblems({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x' } })).toEqual([
    'no schema of example.com/v1 Thing is known',
  ]);
});
