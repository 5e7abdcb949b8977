import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonNode } from '../json/json-node.ts';
import { wrongType } from './scalars.ts';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
const MIN_SECONDS = -62135596800n;
const MAX_SECONDS = 253402300799n;
const MAX_DURATION = 315576000000n;

/** Writes the fields of a google.protobuf.Timestamp given as RFC 3339 text. */
export function writeTimestamp(writer: BinaryWriter, value: JsonNode, path: string): void {
  const found = typeof value === 'string' ? RFC3339.exec(value) : null;
  const seconds = found && secondsOf(found);
  if (!found || seconds === undefined || seconds === null) {
    throw wrongType(value, path, 'a time as 2024-01-31T08:30:00Z');
  }
  writeSecondsAndNanos(writer, seconds, nanosOf(found[7]));
}

function secondsOf(found: RegExpExecArray): bigint | undefined {
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second);
  const seconds = BigInt(date.getTime() / 1000) - offsetSeconds(found[8] as string);
  return seconds < MIN_SECONDS || seconds > MAX_SECONDS ? undefined : seconds;
}

function offsetSeconds(zone: string): bigint {
  if (zone === 'Z') return 0n;
  const seconds = BigInt(zone.slice(1, 3)) * 3600n + BigInt(zone.slice(4, 6)) * 60n;
  return zone.startsWith('-') ? -seconds : seconds;
}

/** Writes the fields of a google.protobuf.Duration given as `1.5s`. */
export function writeDuration(writer: BinaryWriter, value: JsonNode, path: string): void {
  const found = typeof value === 'string' ? /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(value) : null;
  const seconds = found ? BigInt(found[2] as string) : 0n;
  if (!found || seconds > MAX_DURATION) throw wrongType(value, path, 'a duration as 1.5s');
  const sign = found[1] ? -1 : 1;
  writeSecondsAndNanos(writer, BigInt(sign) * seconds, sign * nanosOf(found[3]));
}

function nanosOf(fraction: string | undefined): number {
  return fraction ? Number(fraction.padEnd(9, '0')) : 0;
}

/** Zeros, too: a field that comes twice is merged, and the later time must leave nothing of the earlier one. */
function writeSecondsAndNanos(writer: BinaryWriter, seconds: bigint, nanos: number): void {
  writer.tag(1, WireType.Varint).int64(seconds);
  writer.tag(2, WireType.Varint).int32(nanos);
}
