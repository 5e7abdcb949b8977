import { create } from '@bufbuild/protobuf';
import { TimestampSchema, type Timestamp } from '@bufbuild/protobuf/wkt';
import { sql, type RawBuilder } from 'kysely';

const MIN = -62_135_596_800_000_000n; // 0001-01-01T00:00:00Z
const MAX = 253_402_300_799_999_999n; // 9999-12-31T23:59:59.999999Z

// pg parses timestamptz to a Date and drops the microseconds, so times cross the driver as decimal strings of
// microseconds since 1970 (UTC).

/** Selects a timestamptz column as microseconds since 1970. */
export function selectMicros(column: string): RawBuilder<string> {
  return sql<string>`(extract(epoch from ${sql.ref(column)}) * 1000000)::bigint::text`;
}

/** The timestamptz of microseconds since 1970. */
export function timestamptz(micros: bigint | string): RawBuilder<Date> {
  return sql<Date>`(timestamptz 'epoch' + ${String(micros)}::bigint * interval '1 microsecond')`;
}

/** Microseconds of a protobuf time, rounded down; undefined when outside the years 1 to 9999. */
export function toMicros(time: Timestamp): bigint | undefined {
  const micros = time.seconds * 1_000_000n + BigInt(Math.floor(time.nanos / 1000));
  return micros < MIN || micros > MAX ? undefined : micros;
}

/** Microseconds of now. */
export function nowMicros(): bigint {
  return BigInt(Date.now()) * 1000n;
}

/** The protobuf time of microseconds since 1970. */
export function toTimestamp(micros: bigint | string): Timestamp {
  const value = BigInt(micros);
  const rest = ((value % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return create(TimestampSchema, { seconds: (value - rest) / 1_000_000n, nanos: Number(rest) * 1000 });
}
