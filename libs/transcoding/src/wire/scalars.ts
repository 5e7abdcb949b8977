import { ScalarType } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, JsonNumber, type JsonNode } from '../json/json-node.ts';
import { decodeBase64 } from './base64.ts';
import { FieldError } from './field-error.ts';

const TRUE = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', '0']);
const MAX_FLOAT = 3.4028234663852886e38;

/** Writes one scalar field, tag included. Numbers and booleans may come as strings: that is how bindings come. */
export function writeScalar(writer: BinaryWriter, no: number, type: ScalarType, value: JsonNode, path: string): void {
  switch (type) {
    case ScalarType.STRING:
      writer.tag(no, WireType.LengthDelimited).string(stringOf(value, path));
      return;
    case ScalarType.BYTES:
      writer.tag(no, WireType.LengthDelimited).bytes(bytesOf(value, path));
      return;
    case ScalarType.BOOL:
      writer.tag(no, WireType.Varint).bool(boolOf(value, path));
      return;
    case ScalarType.DOUBLE:
      writer.tag(no, WireType.Bit64).double(doubleOf(value, path, 'double'));
      return;
    case ScalarType.FLOAT:
      writer.tag(no, WireType.Bit32).float(floatOf(value, path));
      return;
    case ScalarType.INT32:
      writer.tag(no, WireType.Varint).int32(Number(integerOf(value, path, 'int32', 32)));
      return;
    case ScalarType.SINT32:
      writer.tag(no, WireType.Varint).sint32(Number(integerOf(value, path, 'int32', 32)));
      return;
    case ScalarType.SFIXED32:
      writer.tag(no, WireType.Bit32).sfixed32(Number(integerOf(value, path, 'int32', 32)));
      return;
    case ScalarType.UINT32:
      writer.tag(no, WireType.Varint).uint32(Number(unsignedOf(value, path, 'uint32', 32)));
      return;
    case ScalarType.FIXED32:
      writer.tag(no, WireType.Bit32).fixed32(Number(unsignedOf(value, path, 'uint32', 32)));
      return;
    case ScalarType.INT64:
      writer.tag(no, WireType.Varint).int64(integerOf(value, path, 'int64', 64));
      return;
    case ScalarType.SINT64:
      writer.tag(no, WireType.Varint).sint64(integerOf(value, path, 'int64', 64));
      return;
    case ScalarType.SFIXED64:
      writer.tag(no, WireType.Bit64).sfixed64(integerOf(value, path, 'int64', 64));
      return;
    case ScalarType.UINT64:
      writer.tag(no, WireType.Varint).uint64(unsignedOf(value, path, 'uint64', 64));
      return;
    case ScalarType.FIXED64:
      writer.tag(no, WireType.Bit64).fixed64(unsignedOf(value, path, 'uint64', 64));
      return;
  }
}

function stringOf(value: JsonNode, path: string): string {
  if (typeof value !== 'string') throw wrongType(value, path, 'a string');
  return value;
}

function bytesOf(value: JsonNode, path: string): Uint8Array {
  const bytes = typeof value === 'string' ? decodeBase64(value) : undefined;
  if (!bytes) throw wrongType(value, path, 'a base64 string');
  return bytes;
}

function boolOf(value: JsonNode, path: string): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    const word = value.toLowerCase();
    if (TRUE.has(word)) return true;
    if (FALSE.has(word)) return false;
  }
  throw wrongType(value, path, 'true or false');
}

/** The number of a JSON number or a string. */
export function doubleOf(value: JsonNode, path: string, type: string): number {
  // protobuf's parser reads what looks like an integer as one, which has no -0.
  if (value instanceof JsonNumber) return value.text === '-0' ? 0 : finite(Number(value.text), value, path, type);
  if (typeof value === 'string') {
    if (value === 'NaN') return Number.NaN;
    if (value === 'Infinity') return Number.POSITIVE_INFINITY;
    if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return finite(Number(value), value, path, type);
    if (/^[+-]?0x[\da-f]+$/i.test(value)) return Number(value.replace(/^[+-]/, '')) * (value.startsWith('-') ? -1 : 1);
  }
  throw wrongType(value, path, `a ${type}`);
}

function floatOf(value: JsonNode, path: string): number {
  const number = doubleOf(value, path, 'float');
  if (Number.isFinite(number) && Math.abs(number) > MAX_FLOAT) throw outOfRange(value, path, 'float');
  return number;
}

function finite(number: number, value: JsonNode, path: string, type: string): number {
  if (!Number.isFinite(number)) throw outOfRange(value, path, type);
  return number;
}

/** An integer of a JSON number (5, 5.0, 5e0) or of a string of digits. */
export function integerOf(value: JsonNode, path: string, type: string, bits: number): bigint {
  const integer = exactInteger(value, path, type);
  if (BigInt.asIntN(bits, integer) !== integer) throw outOfRange(value, path, type);
  return integer;
}

function unsignedOf(value: JsonNode, path: string, type: string, bits: number): bigint {
  const integer = exactInteger(value, path, type);
  if (BigInt.asUintN(bits, integer) !== integer) throw outOfRange(value, path, type);
  return integer;
}

function exactInteger(value: JsonNode, path: string, type: string): bigint {
  const text = value instanceof JsonNumber ? value.text : value;
  if (typeof text === 'string') {
    if (/^[+-]?\d{1,20}$/.test(text)) return BigInt(text.startsWith('+') ? text.slice(1) : text);
    if (value instanceof JsonNumber) {
      const number = Number(text);
      if (Number.isInteger(number) && Math.abs(number) < 2 ** 65) return BigInt(number);
    }
  }
  throw wrongType(value, path, `an ${type}`.replace('an u', 'a u'));
}

/** The error for a value of the wrong JSON type. */
export function wrongType(value: JsonNode, path: string, expected: string): FieldError {
  return new FieldError(path, `expected ${expected}, got ${describe(value)}`);
}

function outOfRange(value: JsonNode, path: string, type: string): FieldError {
  return new FieldError(path, `${describe(value)} is out of range of ${type}`);
}
