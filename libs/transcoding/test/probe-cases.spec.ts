import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Case } from '../conformance/case.ts';
import { probeApi } from '../conformance/differential/subjects.ts';
import { runCases } from '../conformance/run-cases.ts';

const file = new URL('../conformance/probe-cases.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];

test(`an API with every kind of field and rule answers as the ${cases.length} cases say`, async () => {
  const results = await runCases(cases, probeApi().descriptorSet);
  const failed = results.filter(({ problems }) => problems.length > 0);
  expect(failed.map(({ id, problems }) => `${id}: ${problems.join('; ')}`)).toEqual([]);
  expect(results.length).toBe(cases.length);
});
