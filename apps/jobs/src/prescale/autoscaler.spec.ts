import { describe, expect, it } from '@jest/globals';
import { type Autoscaler, BASE, patchFor, RAISED_TO } from './autoscaler.ts';
import { occurrences } from './fixed-windows.ts';
import { factorAt } from './window.ts';

const autoscaler = (minReplicas: number, annotations: Record<string, string> = {}): Autoscaler => ({
  metadata: { name: 'bff', annotations },
  spec: { minReplicas, maxReplicas: 10 },
});
const raised = (base: number, to: number) => ({ [BASE]: String(base), [RAISED_TO]: String(to) });

describe('patchFor', () => {
  it('raises to the factor and remembers where it came from', () => {
    expect(patchFor(autoscaler(2), 3)).toEqual({ minReplicas: 6, annotations: raised(2, 6) });
  });
  it('stops at maxReplicas', () => expect(patchFor(autoscaler(2), 30)?.minReplicas).toBe(10));
  it('leaves alone what stands right', () => {
    expect(patchFor(autoscaler(6, raised(2, 6)), 3)).toBeUndefined();
    expect(patchFor(autoscaler(2), 1)).toBeUndefined();
  });
  it('restores the base and lets go of its annotations', () => {
    expect(patchFor(autoscaler(6, raised(2, 6)), 1)).toEqual({ minReplicas: 2, annotations: {} });
  });
  it('counts from the base, not from what it raised, when the factor changes', () => {
    expect(patchFor(autoscaler(6, raised(2, 6)), 2)).toEqual({ minReplicas: 4, annotations: raised(2, 4) });
  });
  it('takes what a deployment wrote meanwhile as the new base', () => {
    expect(patchFor(autoscaler(3, raised(2, 6)), 3)).toEqual({ minReplicas: 9, annotations: raised(3, 9) });
    expect(patchFor(autoscaler(3, raised(2, 6)), 1)).toEqual({ minReplicas: 3, annotations: {} });
  });
});

describe('factorAt', () => {
  const windows = [
    { id: 'a', from: 1_000, to: 2_000, factor: 5 },
    { id: 'b', from: 1_500, to: 3_000, factor: 2 },
  ];
  it.each([
    [899, 1],
    [900, 5],
    [1_999, 5],
    [2_000, 2],
    [3_000, 1],
  ])('at %d is %d with a lead of 100', (now, factor) => expect(factorAt(windows, now, 100)).toBe(factor));
});

describe('fixed times', () => {
  const noon = [{ name: 'noon', schedule: '0 12 * * *', timeZone: 'Asia/Tokyo', minutes: 30, factor: 10 }];
  const at = (time: string) => factorAt(occurrences(noon, Date.parse(time), 300_000), Date.parse(time), 300_000);
  it('open with the lead and close after their minutes, in their time zone', () => {
    expect(at('2026-03-01T11:54:59+09:00')).toBe(1);
    expect(at('2026-03-01T11:55:00+09:00')).toBe(10);
    expect(at('2026-03-01T12:29:59+09:00')).toBe(10);
    expect(at('2026-03-01T12:30:00+09:00')).toBe(1);
  });
});
