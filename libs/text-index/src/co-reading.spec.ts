import { describe, expect, it } from '@jest/globals';
import { CoReading } from './co-reading.ts';

describe('CoReading', () => {
  it('is stronger between articles with more readers in common', () => {
    const reading = new CoReading();
    for (const reader of ['a', 'b', 'c']) for (const article of ['x', 'y']) reading.record(reader, article);
    reading.record('c', 'z');
    const near = reading.neighbours('x');
    expect(near.get('y')).toBeGreaterThan(near.get('z') ?? 1);
    expect(near.has('x')).toBe(false);
  });
  it('does not change when a pair is recorded again', () => {
    const reading = new CoReading();
    for (const article of ['x', 'y', 'x', 'y']) reading.record('a', article);
    expect(reading.neighbours('x')).toEqual(new Map([['y', 1 / 4]]));
  });
  it('forgets an erased reader', () => {
    const reading = new CoReading();
    for (const article of ['x', 'y']) reading.record('a', article);
    reading.erase('a');
    expect(reading.neighbours('x').size).toBe(0);
  });
  it('remembers the newest articles of a reader with a very long history', () => {
    const reading = new CoReading();
    for (let i = 0; i < 60; i++) reading.record('a', `x${i}`);
    expect(reading.neighbours('x59').size).toBe(49);
    expect(reading.neighbours('x0').size).toBe(0);
  });
});
