import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { scalarZeroValue } from '@bufbuild/protobuf/reflect';
import type { ByteWriter } from './byte-writer.ts';

export type WriteScalar = (writer: ByteWriter, value: unknown) => void;

/** The wire type of what has its length before it: https://protobuf.dev/programming-guides/encoding/#structure */
export const LENGTH_DELIMITED = 2;

/** Those that Kiban's protos use. The others take protobuf-es's way. */
const SCALARS: Partial<Record<ScalarType, { wireType: number; write: WriteScalar }>> = {
  [ScalarType.BOOL]: { wireType: 0, write: (writer, value) => writer.bool(value) },
  [ScalarType.INT32]: { wireType: 0, write: (writer, value) => writer.int32(value) },
  [ScalarType.UINT32]: { wireType: 0, write: (writer, value) => writer.uint32(value) },
  [ScalarType.INT64]: { wireType: 0, write: (writer, value) => writer.int64(value) },
  [ScalarType.UINT64]: { wireType: 0, write: (writer, value) => writer.uint64(value) },
  [ScalarType.DOUBLE]: { wireType: 1, write: (writer, value) => writer.double(value) },
  [ScalarType.FLOAT]: { wireType: 5, write: (writer, value) => writer.float(value) },
  [ScalarType.STRING]: { wireType: LENGTH_DELIMITED, write: (writer, value) => writer.string(value) },
  [ScalarType.BYTES]: { wireType: LENGTH_DELIMITED, write: (writer, value) => writer.bytes(value) },
};

/** How the values of a scalar or enum field (or a list of these) are written; undefined for types that are not here. */
export function scalarOf(field: DescField) {
  if (field.fieldKind === 'enum' || field.enum) return SCALARS[ScalarType.INT32];
  return field.scalar === undefined ? undefined : SCALARS[field.scalar];
}

/** Tells the value that a field without presence leaves out. */
export function zeroTest(field: DescField): (value: unknown) => boolean {
  if (field.fieldKind === 'enum') {
    const zero = field.enum.values[0]?.number;
    return (value) => value === zero;
  }
  switch (field.scalar) {
    case ScalarType.BYTES:
      return (value) => value instanceof Uint8Array && value.length === 0;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return (value) => Object.is(value, 0); // -0 is sent
    default: {
      const zero: unknown = field.scalar && scalarZeroValue(field.scalar, false);
      return (value) => value === zero;
    }
  }
}

/** Well-known types whose messages are like any other; wrappers, Struct and its parts have forms of their own. */
const WELL_KNOWN: ReadonlySet<string> = new Set(
  ['Any', 'Duration', 'Empty', 'FieldMask', 'Timestamp'].map((name) => `google.protobuf.${name}`),
);
/** google.protobuf.Edition.EDITION_PROTO3: other editions keep defaults on prototypes. */
const PROTO3 = 999;

/** Whether a message and all that it may hold are of the kinds that the quick encoder knows. */
export function isPlain(desc: DescMessage, seen: Set<DescMessage> = new Set()): boolean {
  if (seen.has(desc)) return true;
  seen.add(desc);
  // oxlint-disable-next-line typescript/no-unsafe-enum-comparison -- the enum is not part of the library's door
  if (desc.file.edition !== PROTO3) return false;
  if (desc.typeName.startsWith('google.protobuf.') && !WELL_KNOWN.has(desc.typeName)) return false;
  return desc.fields.every((field) => {
    if (field.fieldKind === 'map') return false;
    if ('longAsString' in field && field.longAsString) return false;
    if (field.message) return !field.delimitedEncoding && isPlain(field.message, seen);
    return scalarOf(field) !== undefined;
  });
}
