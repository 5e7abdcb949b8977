import { type DescMessage, type Registry, ScalarType } from '@bufbuild/protobuf';
import type { JsonPrinter } from './print-message.ts';
import { printDefault, printScalar } from './print-scalar.ts';
import { printDuration, printTimestamp } from './print-time.ts';
import { WireReader } from './wire-reader.ts';
import { WRAPPERS } from './well-known.ts';

const PREFIX = 'google.protobuf.';
const OTHERS = new Set(['Timestamp', 'Duration', 'FieldMask', 'Any', 'Struct', 'ListValue', 'Value']);

/** The name of a message (without its package) whose JSON is not an object of its fields; undefined for all others. */
export function wellKnownName({ typeName }: DescMessage): string | undefined {
  if (!typeName.startsWith(PREFIX)) return undefined;
  const name = typeName.slice(PREFIX.length);
  return OTHERS.has(name) || name in WRAPPERS ? name : undefined;
}

/** The JSON of such a message; `name` is what wellKnownName says. */
export function printWellKnown(
  printer: JsonPrinter,
  registry: Registry,
  name: string,
  desc: DescMessage,
  reader: WireReader,
  depth: number,
): string {
  if (name === 'Timestamp') return printTimestamp(reader);
  const wrapped = WRAPPERS[name];
  if (wrapped !== undefined) return printWrapper(wrapped, reader);
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
  if (printer.planOf(desc).wellKnown !== undefined) return `{${type},"value":${inner}}`;
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
