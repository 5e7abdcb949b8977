import { expect, it } from '@jest/globals';
import { seedArticles } from './articles.ts';
import { simulateReaders } from './readers.ts';

const articles = seedArticles();
const now = Date.parse('2026-06-01T12:00:00Z');
const DAY_MS = 86_400_000;

it('is the same whenever it is made, but for the times', () => {
  const ids = (at: number) =>
    simulateReaders(articles, { now: at })
      .map(({ interactionId }) => interactionId)
      .toSorted((a, b) => a.localeCompare(b));
  expect(ids(now)).toEqual(ids(now + 40 * DAY_MS));
});

it('labels every reader as simulated and never repeats an interaction', () => {
  const rows = simulateReaders(articles, { now });
  expect(rows.length).toBeGreaterThan(3_000);
  expect(rows.filter(({ user }) => !/^users\/sim-\d{4}$/.test(user))).toEqual([]);
  expect(new Set(rows.map(({ interactionId }) => interactionId)).size).toBe(rows.length);
});

it('is alive: oldest first, nothing later than now, something in the last six hours', () => {
  const times = simulateReaders(articles, { now }).map(({ time }) => Date.parse(time));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeLessThanOrEqual(now);
  expect(times[0]).toBeGreaterThan(now - 31 * DAY_MS);
  expect(times.filter((time) => time > now - DAY_MS / 4).length).toBeGreaterThan(50);
});
