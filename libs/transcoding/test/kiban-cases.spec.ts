import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { descriptorSet } from '@kiban/contracts';
import type { Case } from '../conformance/case.ts';
import { runCases } from '../conformance/run-cases.ts';

const file = new URL('../conformance/kiban-cases.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];

test(`Kiban's own API answers as the ${cases.length} cases say, each over a real socket`, async () => {
  const results = await runCases(cases, descriptorSet());
  const failed = results.filter(({ problems }) => problems.length > 0);
  expect(failed.map(({ id, problems }) => `${id}: ${problems.join('; ')}`)).toEqual([]);
  expect(results.length).toBe(cases.length);
});
