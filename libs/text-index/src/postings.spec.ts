import { describe, expect, it } from '@jest/globals';
import { MAX_NUMBER, pack, unpackFrequency, unpackNumber } from './packed.ts';
import { Postings } from './postings.ts';

describe('pack', () => {
  it('gives back the number and the frequency to a quarter', () => {
    for (const [number, frequency] of [
      [0, 0.25],
      [7, 3],
      [MAX_NUMBER, 255.75],
    ] as const) {
      expect([unpackNumber(pack(number, frequency)), unpackFrequency(pack(number, frequency))]).toEqual([
        number,
        frequency,
      ]);
    }
    expect(unpackFrequency(pack(1, 9999))).toBe(255.75);
  });
});

describe('Postings', () => {
  it('visits every posting of a term once, through all slice sizes, and none of another term', () => {
    const postings = new Postings();
    const total = 10_000;
    for (let document = 0; document < total; document++) {
      postings.append(3, pack(document, 1));
      if (document % 3 === 0) postings.append(900, pack(document, 2));
    }
    const scores = new Float32Array(total);
    const touched = new Uint32Array(total);
    const norms = new Float32Array(total).fill(1);
    expect(postings.accumulate(900, 3, norms, scores, touched, 0)).toBe(Math.ceil(total / 3));
    expect([scores[0], scores[1], scores[9999]]).toEqual([2, 0, 2]);
    expect(postings.accumulate(3, 2, norms, scores, touched, Math.ceil(total / 3))).toBe(total);
    expect([scores[0], scores[1]]).toEqual([3, 1]);
    expect(postings.accumulate(5, 1, norms, scores, touched, 7)).toBe(7);
    expect(postings.accumulate(1e6, 1, norms, scores, touched, 7)).toBe(7);
  });
});
