import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { JsonNumber, JsonObject, type JsonNode } from '../json/json-node.ts';
import { FieldError, join } from './field-error.ts';
import { doubleOf, wrongType } from './scalars.ts';

/** Writes the fields of a google.protobuf.Struct. */
export function writeStruct(writer: BinaryWriter, value: JsonNode, path: string): void {
  if (!(value instanceof JsonObject)) throw wrongType(value, path, 'an object');
  const seen = new Set<string>();
  for (const [key, entry] of value.entries) {
    if (seen.has(key)) throw new FieldError(join(path, key), 'the key is set twice');
    seen.add(key);
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key);
    writer.tag(2, WireType.LengthDelimited).fork();
    writeValue(writer, entry, join(path, key));
    writer.join().join();
  }
}

/** Writes the fields of a google.protobuf.ListValue. */
export function writeListValue(writer: BinaryWriter, value: JsonNode, path: string): void {
  if (!Array.isArray(value)) throw wrongType(value, path, 'a list');
  for (const [index, entry] of value.entries()) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writeValue(writer, entry, `${path}[${index}]`);
    writer.join();
  }
}

/** Writes the one field of a google.protobuf.Value. */
export function writeValue(writer: BinaryWriter, value: JsonNode, path: string): void {
  if (value === null) writer.tag(1, WireType.Varint).int32(0);
  else if (value instanceof JsonNumber) writer.tag(2, WireType.Bit64).double(doubleOf(value, path, 'double'));
  else if (typeof value === 'string') writer.tag(3, WireType.LengthDelimited).string(value);
  else if (typeof value === 'boolean') writer.tag(4, WireType.Varint).bool(value);
  else if (Array.isArray(value)) {
    writer.tag(6, WireType.LengthDelimited).fork();
    writeListValue(writer, value, path);
    writer.join();
  } else {
    writer.tag(5, WireType.LengthDelimited).fork();
    writeStruct(writer, value, path);
    writer.join();
  }
}
