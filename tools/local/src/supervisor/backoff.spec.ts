import { expect, it } from '@jest/globals';
import { Backoff } from './backoff.ts';

it('doubles up to three seconds, so that a service is back within five', () => {
  const backoff = new Backoff();
  expect(Array.from({ length: 7 }, () => backoff.next(0))).toEqual([100, 200, 400, 800, 1_600, 3_000, 3_000]);
});

it('forgets crashes after a calm half minute', () => {
  const backoff = new Backoff();
  backoff.next(0);
  backoff.next(0);
  expect([backoff.next(30_000), backoff.failures]).toEqual([100, 1]);
});
