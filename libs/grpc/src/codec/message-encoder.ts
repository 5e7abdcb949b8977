import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { type ByteWriter, UNUSUAL } from './byte-writer.ts';
import { isPlain, LENGTH_DELIMITED, scalarOf, zeroTest } from './scalar-writer.ts';

/** A message, or the initializer of one. */
export type Fields = Record<string, unknown>;
export type WriteFields = (writer: ByteWriter, fields: Fields) => void;

const encoders = new WeakMap<DescMessage, WriteFields | null>();

/** Writes the fields of messages of a type; null when protobuf-es has to. Made on first use. */
export function messageEncoder(desc: DescMessage): WriteFields | null {
  const known = encoders.get(desc);
  if (known !== undefined) return known;
  if (isPlain(desc)) return compile(desc);
  encoders.set(desc, null);
  return null;
}

function compile(desc: DescMessage): WriteFields {
  const known = encoders.get(desc);
  if (known) return known;
  const { typeName } = desc;
  const writers: WriteFields[] = [];
  const write: WriteFields = (writer, fields) => {
    // Unknown fields of a message are kept; create() drops those of an initializer.
    if (fields['$unknown'] !== undefined && fields['$typeName'] === typeName) throw UNUSUAL;
    for (let i = 0; i < writers.length; i++) writers[i]!(writer, fields);
  };
  encoders.set(desc, write); // before its fields: a message may hold others of its own type
  // The order of numbers is the order of protobuf-es and of every other implementation.
  for (const field of desc.fields.toSorted((a, b) => a.number - b.number)) writers.push(fieldWriter(field));
  return write;
}

function fieldWriter(field: DescField): WriteFields {
  if (field.fieldKind === 'list') return field.packed ? packedWriter(field) : listWriter(field);
  const write = valueWriter(field);
  if (field.oneof) return oneofWriter(field.localName, field.oneof.localName, field.parent.typeName, write);
  return singularWriter(field, write);
}

type WriteValue = (writer: ByteWriter, value: unknown, parent: Fields) => void;

/** Writes tag and value of one item. */
function valueWriter(field: DescField): WriteValue {
  if (field.message) return childWriter(field, field.message);
  const { wireType, write } = scalar(field);
  const tag = tagOf(field, wireType);
  return (writer, value) => {
    writer.varint(tag);
    write(writer, value);
  };
}

function childWriter(field: DescField, message: DescMessage): WriteValue {
  const parentType = field.parent.typeName;
  const { typeName } = message;
  const tag = tagOf(field, LENGTH_DELIMITED);
  const write = compile(message);
  return (writer, value, parent) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw UNUSUAL;
    const child = value as Fields;
    // Initializers may hold both; in a message only messages are right.
    if (child['$typeName'] !== typeName && parent['$typeName'] === parentType) throw UNUSUAL;
    writer.varint(tag);
    const start = writer.open();
    write(writer, child);
    writer.close(start);
  };
}

function singularWriter(field: DescField, write: WriteValue): WriteFields {
  const { localName } = field;
  const { typeName } = field.parent;
  if (field.presence !== IMPLICIT) {
    return (writer, fields) => {
      const value = fields[localName];
      if (value === undefined) return;
      if (fields['$typeName'] === typeName && !Object.hasOwn(fields, localName)) return;
      write(writer, value, fields);
    };
  }
  const isZero = zeroTest(field);
  return (writer, fields) => {
    const value = fields[localName];
    if (value === undefined) absent(fields, typeName);
    else if (!isZero(value)) write(writer, value, fields);
  };
}

function oneofWriter(localName: string, oneofName: string, typeName: string, write: WriteValue): WriteFields {
  return (writer, fields) => {
    const oneof = fields[oneofName] as { case?: unknown; value?: unknown } | null | undefined;
    if (oneof === undefined) absent(fields, typeName);
    else if (oneof === null) throw UNUSUAL;
    else if (oneof.case === localName) write(writer, oneof.value, fields);
  };
}

function listWriter(field: DescField): WriteFields {
  const write = valueWriter(field);
  return (writer, fields) => {
    const items = itemsOf(field, fields);
    for (let i = 0; i < items.length; i++) write(writer, items[i], fields);
  };
}

function packedWriter(field: DescField): WriteFields {
  const { write } = scalar(field);
  const tag = tagOf(field, LENGTH_DELIMITED);
  return (writer, fields) => {
    const items = itemsOf(field, fields);
    if (items.length === 0) return;
    writer.varint(tag);
    const start = writer.open();
    for (let i = 0; i < items.length; i++) write(writer, items[i]);
    writer.close(start);
  };
}

const NONE: readonly unknown[] = [];

function itemsOf(field: DescField, fields: Fields): readonly unknown[] {
  const items = fields[field.localName];
  if (Array.isArray(items)) return items;
  if (items !== undefined) throw UNUSUAL;
  absent(fields, field.parent.typeName);
  return NONE;
}

/** An initializer may leave out what every message has. */
function absent(fields: Fields, typeName: string): void {
  if (fields['$typeName'] === typeName) throw UNUSUAL;
}

/** google.protobuf.FeatureSet.FieldPresence */
const IMPLICIT = 2;

function scalar(field: DescField) {
  const found = scalarOf(field);
  if (!found) throw new Error(`${field.toString()} is none of the fields that isPlain() lets through`);
  return found;
}

function tagOf(field: DescField, type: number): number {
  return ((field.number << 3) | type) >>> 0;
}
