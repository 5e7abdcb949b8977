import { JsonText } from './json-text.ts';
import { signed } from './print-scalar.ts';
import type { WireReader } from './wire-reader.ts';

const DAY_SECONDS = 86_400;
const scratch = new JsonText();

/** The JSON of a google.protobuf.Timestamp. */
export function printTimestamp(reader: WireReader): string {
  scratch.clear();
  writeTimestamp(scratch, reader);
  return scratch.take();
}

/**
 * Writes the JSON of a google.protobuf.Timestamp.
 * @throws RangeError when it is before the year 1 or after 9999
 */
export function writeTimestamp(out: JsonText, reader: WireReader): void {
  const [seconds, nanos] = secondsAndNanos(reader);
  if (seconds < -62_135_596_800 || seconds > 253_402_300_799 || nanos < 0 || nanos > 999_999_999) {
    throw new RangeError('a timestamp out of range');
  }
  const days = Math.floor(seconds / DAY_SECONDS);
  const inDay = seconds - days * DAY_SECONDS;
  out.char(0x22);
  writeDate(out, days);
  out.char(0x54);
  out.twoDigits(Math.floor(inDay / 3600));
  out.char(0x3a);
  out.twoDigits(Math.floor((inDay % 3600) / 60));
  out.char(0x3a);
  out.twoDigits(inDay % 60);
  if (nanos > 0) out.text(fraction(nanos));
  out.char(0x5a);
  out.char(0x22);
}

/** The date so many days after 1970-01-01; the years begin in March, https://howardhinnant.github.io/date_algorithms.html */
function writeDate(out: JsonText, days: number): void {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  out.twoDigits(Math.floor(year / 100));
  out.twoDigits(year % 100);
  out.char(0x2d);
  out.twoDigits(month);
  out.char(0x2d);
  out.twoDigits(dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1);
}

/** The JSON of a google.protobuf.Duration. */
export function printDuration(reader: WireReader): string {
  const [seconds, nanos] = secondsAndNanos(reader);
  const wrongSign = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
  if (Math.abs(seconds) > 315_576_000_000 || Math.abs(nanos) > 999_999_999 || wrongSign) {
    throw new RangeError('a duration out of range');
  }
  const sign = seconds < 0 || nanos < 0 ? '-' : '';
  return `"${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s"`;
}

/** Seconds that a number cannot hold exactly are out of range for both. */
function secondsAndNanos(reader: WireReader): [seconds: number, nanos: number] {
  let seconds = 0;
  let nanos = 0;
  while (reader.at < reader.end) {
    const tag = reader.uint32();
    if (tag === 8) seconds = Number(signed(reader.uint64()));
    else if (tag === 16) nanos = reader.uint32() | 0;
    else reader.skip(tag & 7, tag >>> 3);
  }
  return [seconds, nanos];
}

/** No, three, six or nine digits. */
function fraction(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  return `.${digits.replace(/(?:000){1,2}$/, '')}`;
}
