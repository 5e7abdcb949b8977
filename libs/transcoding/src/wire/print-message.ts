import { type DescField, type DescMessage, type Registry, ScalarType } from '@bufbuild/protobuf';
import type { TranscodingOptions } from '../options.ts';
import { type FieldPlan, MessagePlan } from './field-plan.ts';
import { JsonText } from './json-text.ts';
import { joinEntries, MAX_DEPTH, printOrdered } from './print-ordered.ts';
import { printDefault, printScalar, wireTypeOf } from './print-scalar.ts';
import { printWellKnown } from './print-well-known.ts';
import { WireReader } from './wire-reader.ts';

export type PrintOptions = Pick<
  TranscodingOptions,
  'alwaysPrintPrimitiveFields' | 'alwaysPrintEnumsAsInts' | 'preserveProtoFieldNames'
>;

/** A field so far: a value, a list, a map, or the bytes of a message. */
type Printed = string | string[] | Map<string, string> | Parts;

/**
 * Prints messages as proto3 JSON straight from their bytes: 64-bit integers as strings, what is not on the wire left
 * out. A field that is on the wire is printed even when it holds its default: so does Envoy. Fields that the descriptor
 * set does not know are left out.
 */
export class JsonPrinter {
  private readonly registry: Registry;
  private readonly options: PrintOptions;
  private readonly plans = new Map<DescMessage, MessagePlan>();
  private readonly out = new JsonText();

  constructor(registry: Registry, options: PrintOptions) {
    this.registry = registry;
    this.options = options;
  }

  /** @throws Error when the bytes are no such message or an Any holds an unknown type */
  print(desc: DescMessage, bytes: Buffer): string {
    const plan = this.planOf(desc);
    if (plan.wellKnown === undefined && !this.options.alwaysPrintPrimitiveFields) {
      const text = this.ordered(plan, bytes);
      if (text !== undefined) return text;
    }
    return this.message(desc, new WireReader(bytes), 0);
  }

  private ordered(plan: MessagePlan, bytes: Buffer): string | undefined {
    const { out } = this;
    out.clear();
    try {
      if (printOrdered(this, out, plan, new WireReader(bytes), bytes.length, 0)) return out.take();
    } catch {
      // The other way says what is wrong, or finds that a later part mends it.
    }
    return undefined;
  }

  /** The JSON of a message that fills the rest of the reader. */
  message(desc: DescMessage, reader: WireReader, depth: number): string {
    if (depth > MAX_DEPTH) throw new RangeError(`more than ${MAX_DEPTH} levels deep`);
    const { wellKnown } = this.planOf(desc);
    if (wellKnown !== undefined) return printWellKnown(this, this.registry, wellKnown, desc, reader, depth);
    return `{${this.members(desc, reader, depth)}}`;
  }

  /** What stands between the braces. */
  members(desc: DescMessage, reader: WireReader, depth: number): string {
    const plan = this.planOf(desc);
    const values: Printed[] = [];
    const order: FieldPlan[] = [];
    while (reader.at < reader.end) {
      const tag = reader.uint32();
      const known = plan.field(tag >>> 3);
      if (!known || !this.read(known, values, reader, tag & 7, depth)) reader.skip(tag & 7, tag >>> 3);
      else if (order.at(-1) !== known && !order.includes(known)) order.push(known);
    }
    let text = '';
    for (const { key, index, field } of order) {
      const value = this.finished(values[index], field, depth);
      text += text ? `,${key}${value}` : key + value;
    }
    if (!this.options.alwaysPrintPrimitiveFields) return text;
    for (const { key, index, field } of plan.fields) {
      if (values[index] !== undefined) continue;
      const value = this.defaultOf(field);
      if (value !== undefined) text += text ? `,${key}${value}` : key + value;
    }
    return text;
  }

  /** The JSON of an enum's number. */
  enumValue(field: DescField, number: number): string {
    if (field.enum?.typeName === 'google.protobuf.NullValue') return 'null';
    const name = this.options.alwaysPrintEnumsAsInts ? undefined : field.enum?.value[number]?.name;
    return name === undefined ? String(number) : `"${name}"`;
  }

  planOf(desc: DescMessage): MessagePlan {
    let plan = this.plans.get(desc);
    if (!plan) this.plans.set(desc, (plan = new MessagePlan(desc, this.options.preserveProtoFieldNames)));
    return plan;
  }

  /** Reads one occurrence of a field; false when its wire type is another one: then it is an unknown field. */
  private read(
    { field, index }: FieldPlan,
    values: Printed[],
    reader: WireReader,
    wireType: number,
    depth: number,
  ): boolean {
    if (field.fieldKind === 'map') {
      if (wireType !== 2) return false;
      const map = (values[index] ??= new Map()) as Map<string, string>;
      this.entry(field, map, reader, depth);
      return true;
    }
    if (field.message) return this.readMessage(field, index, values, reader, wireType, depth);
    const own = field.enum ? 0 : wireTypeOf(field.scalar as ScalarType);
    if (field.fieldKind !== 'list') {
      if (wireType !== own) return false;
      values[index] = this.value(field, reader);
      return true;
    }
    const list = (values[index] ??= []) as string[];
    if (wireType === own) list.push(this.value(field, reader));
    else if (wireType === 2 && own !== 2) {
      const packed = reader.within(reader.limit());
      while (packed.at < packed.end) list.push(this.value(field, packed));
      reader.at = packed.end;
    } else return false;
    return true;
  }

  private readMessage(
    field: DescField,
    index: number,
    values: Printed[],
    reader: WireReader,
    wireType: number,
    depth: number,
  ): boolean {
    if (wireType !== 2 && wireType !== 3) return false;
    const { bytes } = reader;
    let from = reader.at;
    let to: number;
    if (wireType === 3) to = reader.group(field.number);
    else {
      to = reader.limit();
      from = reader.at;
      reader.at = to;
    }
    if (field.fieldKind === 'list') {
      const list = (values[index] ??= []) as string[];
      list.push(this.message(field.message as DescMessage, new WireReader(bytes, from, to), depth + 1));
    } else {
      // A message that comes in parts is the parts together.
      const parts = (values[index] ??= new Parts()) as Parts;
      parts.add(bytes, from, to);
    }
    return true;
  }

  private value(field: DescField, reader: WireReader): string {
    return field.enum ? this.enumValue(field, reader.uint32() | 0) : printScalar(reader, field.scalar as ScalarType);
  }

  /** Adds one entry of a map; any other field has none. */
  entry(field: DescField, map: Map<string, string>, reader: WireReader, depth: number): void {
    if (field.fieldKind !== 'map') return;
    const end = reader.limit();
    const inner = reader.within(end);
    let key = printDefault(field.mapKey);
    let value: string | undefined;
    while (inner.at < inner.end) {
      const tag = inner.uint32();
      if (tag >>> 3 === 1 && (tag & 7) === wireTypeOf(field.mapKey)) key = printScalar(inner, field.mapKey);
      else if (tag >>> 3 !== 2) inner.skip(tag & 7, tag >>> 3);
      else if (field.message) {
        const limit = inner.limit();
        value = this.message(field.message, inner.within(limit), depth + 1);
        inner.at = limit;
      } else value = this.value(field, inner);
    }
    reader.at = end;
    map.set(key.startsWith('"') ? key : `"${key}"`, value ?? this.emptyEntry(field, depth));
  }

  private emptyEntry(field: DescField & { fieldKind: 'map' }, depth: number): string {
    if (field.message) return this.message(field.message, new WireReader(Buffer.alloc(0)), depth + 1);
    return field.enum ? this.enumValue(field, field.enum.values[0]?.number ?? 0) : printDefault(field.scalar);
  }

  private finished(value: Printed | undefined, field: DescField, depth: number): string {
    if (typeof value === 'string') return value;
    if (value instanceof Parts) return this.message(field.message as DescMessage, value.reader(), depth + 1);
    if (value instanceof Map) return joinEntries(value);
    return `[${value?.join(',') ?? ''}]`;
  }

  private defaultOf(field: DescField): string | undefined {
    if (field.fieldKind === 'list') return '[]';
    if (field.fieldKind === 'map') return '{}';
    if (field.message || field.oneof || field.proto.proto3Optional) return undefined;
    return field.enum ? this.enumValue(field, field.enum.values[0]?.number ?? 0) : printDefault(field.scalar);
  }
}

/** Where the parts of one message are; almost always there is one. */
class Parts {
  private bytes: Buffer | undefined;
  private from = 0;
  private to = 0;

  add(bytes: Buffer, from: number, to: number): void {
    if (this.bytes === undefined) {
      this.bytes = bytes;
      this.from = from;
      this.to = to;
      return;
    }
    this.bytes = Buffer.concat([this.bytes.subarray(this.from, this.to), bytes.subarray(from, to)]);
    this.from = 0;
    this.to = this.bytes.length;
  }

  reader(): WireReader {
    return new WireReader(this.bytes as Buffer, this.from, this.to);
  }
}
