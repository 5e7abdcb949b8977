import { type DescMessage, type Registry, ScalarType } from '@bufbuild/protobuf';
import type { JsonPrinter } from './print-message.ts';
import { printDefault, printScalar, signed } from './print-scalar.ts';
import { WireReader } from './wire-reader.ts';
import { WRAPPERS } from './well-known.ts';

const PREFIX = 'google.protobuf.';
const OTHERS = new Set(['Timestamp', 'Duration', 'FieldMask', 'Any', 'Struct', 'ListValue', 'Value']);

/** Whether the JSON of a message is not an object of its fields. */
export function printsItself({ typeName }: DescMessage): boolean {
  if (!typeName.startsWith(PREFIX)) return false;
  const name = typeName.slice(PREFIX.length);
  return OTHERS.has(name) || name in WRAPPERS;
}

/** The JSON of such a message. */
export function printWellKnown(
  printer: JsonPrinter,
  registry: Registry,
  desc: DescMessage,
  reader: WireReader,
  depth: number,
): string {
  const name = desc.typeName.slice(PREFIX.length);
  const wrapped = WRAPPERS[name];
  if (wrapped !== undefined) return printWrapper(wrapped, reader);
  if (name === 'Timestamp') return printTimestamp(reader);
  if (name === 'Duration') return printDuration(reader);
  if (name === 'FieldMask') return printFieldMask(reader);
  if (name === 'Any') return printAny(printer, registry, reader, depth);
  if (name === 'Value') return printValue(printer, desc, reader, depth);
  const { fields } = desc;
  // Struct and ListValue have one field, whose JSON is theirs.
  const members = printer.members(desc, reader, depth);
  if (members) return members.slice(members.indexOf(':') + 1);
  return fields[0]?.fieldKind === 'map' ? '{}' : '[]';
}

function printWrapper(type: ScalarType, reader: WireReader): string {
  let text = printDefault(type);
  while (reader.at < reader.end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) text = printScalar(reader, type);
    else reader.skip(tag & 7, tag >>> 3);
  }
  return text;
}

function secondsAndNanos(reader: WireReader): [seconds: bigint, nanos: number] {
  let seconds = 0n;
  let nanos = 0;
  while (reader.at < reader.end) {
    const tag = reader.uint32();
    if (tag === 8) seconds = BigInt(signed(reader.uint64()));
    else if (tag === 16) nanos = reader.uint32() | 0;
    else reader.skip(tag & 7, tag >>> 3);
  }
  return [seconds, nanos];
}

function printTimestamp(reader: WireReader): string {
  const [seconds, nanos] = secondsAndNanos(reader);
  if (seconds < -62135596800n || seconds > 253402300799n || nanos < 0 || nanos > 999_999_999) {
    throw new RangeError('a timestamp out of range');
  }
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `"${text}${fraction(nanos)}Z"`;
}

function printDuration(reader: WireReader): string {
  const [seconds, nanos] = secondsAndNanos(reader);
  const wrongSign = (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0);
  if (seconds > 315576000000n || seconds < -315576000000n || Math.abs(nanos) > 999_999_999 || wrongSign) {
    throw new RangeError('a duration out of range');
  }
  const sign = seconds < 0n || nanos < 0 ? '-' : '';
  return `"${sign}${seconds < 0n ? -seconds : seconds}${fraction(Math.abs(nanos))}s"`;
}

/** No, three, six or nine digits. */
function fraction(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  return `.${digits.replace(/(?:000){1,2}$/, '')}`;
}

function printFieldMask(reader: WireReader): string {
  const paths: string[] = [];
  while (reader.at < reader.end) {
    const tag = reader.uint32();
    if (tag === 10) paths.push(JSON.parse(printScalar(reader, ScalarType.STRING)) as string);
    else reader.skip(tag & 7, tag >>> 3);
  }
  return JSON.stringify(
    paths.map((path) => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())).join(','),
  );
}

function printAny(printer: JsonPrinter, registry: Registry, reader: WireReader, depth: number): string {
  let typeUrl = '';
  let value = reader.bytes.subarray(0, 0);
  while (reader.at < reader.end) {
    const tag = reader.uint32();
    if (tag === 10) typeUrl = JSON.parse(printScalar(reader, ScalarType.STRING)) as string;
    else if (tag === 18) {
      const limit = reader.limit();
      value = reader.bytes.subarray(reader.at, limit);
      reader.at = limit;
    } else reader.skip(tag & 7, tag >>> 3);
  }
  if (!typeUrl) return '{}';
  const desc = registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  if (!desc) throw new Error(`the type ${typeUrl} is not in the descriptor set`);
  const type = `"@type":${JSON.stringify(typeUrl)}`;
  const inner = printer.message(desc, new WireReader(value), depth + 1);
  if (printsItself(desc)) return `{${type},"value":${inner}}`;
  return inner === '{}' ? `{${type}}` : `{${type},${inner.slice(1)}`;
}

function printValue(printer: JsonPrinter, desc: DescMessage, reader: WireReader, depth: number): string {
  // The members of Value are a oneof: the last one counts.
  let text = 'null';
  while (reader.at < reader.end) {
    const tag = reader.uint32();
    const no = tag >>> 3;
    const field = desc.fields.find((each) => each.number === no);
    if (!field) reader.skip(tag & 7, no);
    else if (field.message) {
      const limit = reader.limit();
      text = printer.message(field.message, reader.within(limit), depth + 1);
      reader.at = limit;
    } else if (field.enum) {
      reader.uint32();
      text = 'null';
    } else text = printScalar(reader, field.scalar as ScalarType);
  }
  return text;
}
