import { expect, it } from '@jest/globals';
import { percentile } from './percentile.ts';

it('is a value that was measured', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1), percentile([7], 0.01)]).toEqual([
    50, 99, 100, 7,
  ]);
});
