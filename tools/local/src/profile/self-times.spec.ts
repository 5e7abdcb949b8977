import { expect, test } from '@jest/globals';
import { compareTimes, type SelfTime } from './self-times.ts';

const time = (name: string, msPerSecond: number): SelfTime => ({ name, file: 'a.ts', line: 1, msPerSecond });

test('compares functions by name, the largest change first, with those that came and those that went', () => {
  const before = [time('slower', 100), time('same', 50), time('gone', 20)];
  const after = [time('slower', 400), time('same', 50), time('new', 30)];

  expect(compareTimes(before, after).map(({ name, before: was, change }) => [name, was, change])).toEqual([
    ['slower', 100, 300],
    ['new', 0, 30],
    ['gone', 20, -20],
    ['same', 50, 0],
  ]);
});
