import { type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { JsonObject, type JsonNode } from '../json/json-node.ts';
import { writeFieldMask } from './field-mask.ts';
import { writeScalar, wrongType } from './scalars.ts';
import { writeListValue, writeStruct, writeValue } from './struct.ts';
import { writeDuration, writeTimestamp } from './time.ts';

const PREFIX = 'google.protobuf.';
/** The scalar inside each wrapper. */
export const WRAPPERS: Record<string, ScalarType> = {
  DoubleValue: ScalarType.DOUBLE,
  FloatValue: ScalarType.FLOAT,
  Int64Value: ScalarType.INT64,
  UInt64Value: ScalarType.UINT64,
  Int32Value: ScalarType.INT32,
  UInt32Value: ScalarType.UINT32,
  BoolValue: ScalarType.BOOL,
  StringValue: ScalarType.STRING,
  BytesValue: ScalarType.BYTES,
};
/** Their JSON is no object. Given as one, they are read as ordinary messages, as protobuf's converter does. */
const TEXTUAL = new Set(['Timestamp', 'Duration', 'FieldMask', 'ListValue', ...Object.keys(WRAPPERS)]);
const ALWAYS = new Set(['Struct', 'Value', 'Any']);

/** Whether this value of this type has a JSON form of its own. */
export function isWellKnown(desc: DescMessage, value: JsonNode): boolean {
  if (!desc.typeName.startsWith(PREFIX)) return false;
  const name = desc.typeName.slice(PREFIX.length);
  return ALWAYS.has(name) || (TEXTUAL.has(name) && !(value instanceof JsonObject));
}

/** Writes the fields of a well-known message; `any` writes those of an Any. */
export function writeWellKnown(
  writer: BinaryWriter,
  desc: DescMessage,
  value: JsonNode,
  path: string,
  any: (value: JsonObject) => void,
): void {
  const name = desc.typeName.slice(PREFIX.length);
  const wrapped = WRAPPERS[name];
  if (wrapped !== undefined) writeScalar(writer, 1, wrapped, value, path);
  else if (name === 'Timestamp') writeTimestamp(writer, value, path);
  else if (name === 'Duration') writeDuration(writer, value, path);
  else if (name === 'FieldMask') writeFieldMask(writer, value, path);
  else if (name === 'Struct') writeStruct(writer, value, path);
  else if (name === 'Value') writeValue(writer, value, path);
  else if (name === 'ListValue') writeListValue(writer, value, path);
  else if (value instanceof JsonObject) any(value);
  else throw wrongType(value, path, 'an object with "@type"');
}
