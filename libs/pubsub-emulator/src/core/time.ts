import { create } from '@bufbuild/protobuf';
import { type Duration, DurationSchema, type Timestamp, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { invalid } from './errors.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const durationMs = (duration: Duration): number => Number(duration.seconds) * 1000 + duration.nanos / 1e6;

export const duration = (ms: number): Duration =>
  create(DurationSchema, { seconds: BigInt(Math.floor(ms / 1000)), nanos: Math.round((ms % 1000) * 1e6) });

export const timestampMs = (time: Timestamp): number => Number(time.seconds) * 1000 + time.nanos / 1e6;

export function timestamp(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1000) * 1e6) });
}

/** Checks that a duration field lies in [min, max] (ms). */
export function checkDuration(value: Duration, field: string, min: number, max: number): void {
  const ms = durationMs(value);
  const valid = value.nanos >= 0 && value.nanos < 1e9 && ms >= min && ms <= max;
  if (!valid) throw invalid(`Invalid ${field}: ${ms / 1000}s is not between ${min / 1000}s and ${max / 1000}s.`);
}
