import { expect, test } from '@jest/globals';
import { Deadlines, type Timed } from './deadlines.ts';

function timed(seen: [string, number][], name: string): Timed {
  return {
    bucket: 0,
    due(now) {
      seen.push([name, now]);
    },
  };
}

test('deadlines fire in order, never early, at most 10 ms late, and not once moved or cleared', () => {
  const seen: [string, number][] = [];
  const deadlines = new Deadlines();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => timed(seen, name)) as [Timed, Timed, Timed, Timed];
  deadlines.set(a, 1005);
  deadlines.set(b, 995);
  deadlines.set(c, 500);
  deadlines.set(d, 600);
  deadlines.set(c, 2000);
  deadlines.clear(d);
  expect(deadlines.next()).toBe(1000);
  deadlines.advance(999);
  expect(seen).toEqual([]);
  deadlines.advance(1000);
  deadlines.advance(1010);
  expect(seen).toEqual([
    ['b', 1000],
    ['a', 1010],
  ]);
  deadlines.advance(5000);
  expect(seen.at(-1)).toEqual(['c', 5000]);
  expect(deadlines.next()).toBe(Infinity);
});
