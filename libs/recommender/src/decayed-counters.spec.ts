import { describe, expect, it } from '@jest/globals';
import { DecayedCounters, HALF_LIVES } from './decayed-counters.ts';

const T = Date.UTC(2026, 0, 1);

describe('DecayedCounters', () => {
  it('halves with each half-life', () => {
    const counters = new DecayedCounters();
    counters.add(3, T, 4);
    HALF_LIVES.forEach((halfLife, kind) => expect(counters.read(3, kind, T + 2 * halfLife)).toBeCloseTo(1, 9));
    expect(counters.read(2, 0, T)).toBe(0);
    expect(counters.read(5000, 0, T)).toBe(0);
  });

  it('counts events out of order as it counts them in order', () => {
    const [ordered, shuffled] = [new DecayedCounters(), new DecayedCounters()];
    const day = HALF_LIVES[1];
    for (const time of [T, T + day, T + 3 * day]) ordered.add(0, time, 2);
    for (const time of [T + day, T + 3 * day, T]) shuffled.add(0, time, 2);
    expect(shuffled.read(0, 1, T + 3 * day)).toBeCloseTo(ordered.read(0, 1, T + 3 * day), 9);
  });

  it('is empty again when all events are taken out', () => {
    const counters = new DecayedCounters();
    counters.add(0, T, 2);
    counters.add(0, T + 5, 1);
    counters.subtract(0, T, 2);
    counters.subtract(0, T + 5, 1);
    expect(counters.rate(0, T + 10)).toBe(0);
  });
});
