import { describe, expect, it } from '@jest/globals';
import { isUuid, uuid7, uuid7Floor } from './uuid7.ts';

describe('uuid7', () => {
  it('makes valid, ascending, different ids, also many in a millisecond', () => {
    const now = Date.now() + 1_000;
    const ids = Array.from({ length: 10_000 }, () => uuid7(now));
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
      true,
    );
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('carries its time, so that a floor splits ids by day', () => {
    const at = Date.now() + 10_000;
    expect(uuid7(at) > uuid7Floor(at)).toBe(true);
    expect(uuid7Floor(at + 60_000) > uuid7(at)).toBe(true);
  });

  it('knows a UUID', () => {
    expect(isUuid(uuid7())).toBe(true);
    expect(isUuid('0189')).toBe(false);
  });
});
