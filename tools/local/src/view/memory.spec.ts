import { expect, it } from '@jest/globals';
import { memoryOf } from './memory.ts';

it('measures a process that runs and nothing for one that does not', () => {
  const gone = 2 ** 22 + 1;
  const memory = memoryOf([process.pid, gone]);
  expect(memory.get(process.pid)).toBeGreaterThan(20 << 20);
  expect(memory.get(gone)).toBe(0);
});
