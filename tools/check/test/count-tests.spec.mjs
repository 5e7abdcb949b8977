import { expect, it } from '@jest/globals';
import { countTests } from '../src/count-tests.mjs';

it('adds up the summaries of several runners', () => {
  const output =
    'Tests:       3 passed, 3 total\nnoise\n\u001b[1mTests: \u001b[22m 2 failed, 1 skipped, 4 passed, 7 total\n';
  expect(countTests(output)).toEqual({ passed: 7, failed: 2 });
});

it('counts nothing where nothing ran', () => {
  expect(countTests('No tests found')).toEqual({ passed: 0, failed: 0 });
});
