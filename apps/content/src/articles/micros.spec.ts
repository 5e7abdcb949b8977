import { create } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from '@jest/globals';
import { toMicros, toTimestamp } from './micros.ts';

const time = (seconds: bigint, nanos = 0) => create(TimestampSchema, { seconds, nanos });

describe('times', () => {
  it.each([0n, 1n, -1n, -999_999n, 1_769_817_600_123_456n, -62_135_596_800_000_000n])(
    '%s µs survives both ways',
    (micros) => {
      const timestamp = toTimestamp(micros);
      expect(timestamp.nanos).toBeGreaterThanOrEqual(0);
      expect(toMicros(timestamp)).toBe(micros);
    },
  );

  it('drops nanoseconds', () => {
    expect(toMicros(time(1n, 999))).toBe(1_000_000n);
  });

  it.each([-62_135_596_801n, 253_402_300_800n])('refuses second %s, outside the years 1 to 9999', (seconds) => {
    expect(toMicros(time(seconds))).toBeUndefined();
  });
});
