import { ScalarType } from '@bufbuild/protobuf';
import { printString } from './print-string.ts';
import type { WireReader } from './wire-reader.ts';

/** The wire type of a scalar that is not packed. */
export function wireTypeOf(type: ScalarType): number {
  switch (type) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 2;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 1;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return 5;
    default:
      return 0;
  }
}

/** Reads one scalar and returns its JSON: 64-bit integers in quotes, bytes as base64, NaN and the infinities as words. */
export function printScalar(reader: WireReader, type: ScalarType): string {
  const { bytes } = reader;
  switch (type) {
    case ScalarType.STRING: {
      const limit = reader.limit();
      const text = printString(bytes, reader.at, limit);
      reader.at = limit;
      return text;
    }
    case ScalarType.BYTES: {
      const limit = reader.limit();
      const text = bytes.toString('base64', reader.at, limit);
      reader.at = limit;
      return `"${text}"`;
    }
    case ScalarType.BOOL:
      return reader.uint64() ? 'true' : 'false';
    case ScalarType.INT32:
      return String(reader.uint32() | 0);
    case ScalarType.UINT32:
      return String(reader.uint32());
    case ScalarType.SINT32: {
      const value = reader.uint32();
      return String((value >>> 1) ^ -(value & 1));
    }
    case ScalarType.INT64:
      return `"${signed(reader.uint64())}"`;
    case ScalarType.UINT64:
      return `"${reader.uint64()}"`;
    case ScalarType.SINT64:
      return `"${zigzag(reader.uint64())}"`;
    case ScalarType.FIXED32:
      return String(bytes.readUInt32LE(reader.fixed(4)));
    case ScalarType.SFIXED32:
      return String(bytes.readInt32LE(reader.fixed(4)));
    case ScalarType.FIXED64:
      return `"${bytes.readBigUInt64LE(reader.fixed(8))}"`;
    case ScalarType.SFIXED64:
      return `"${bytes.readBigInt64LE(reader.fixed(8))}"`;
    case ScalarType.FLOAT:
      return printFloat(bytes.readFloatLE(reader.fixed(4)));
    case ScalarType.DOUBLE:
      return printDouble(bytes.readDoubleLE(reader.fixed(8)));
  }
}

/** The JSON of a scalar that is not set. */
export function printDefault(type: ScalarType): string {
  switch (type) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return '""';
    case ScalarType.BOOL:
      return 'false';
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return '"0"';
    default:
      return '0';
  }
}

function printDouble(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return `"${value}"`;
}

/** Six digits, or nine where six are not enough to give the same float again: so does protobuf in C++. */
function printFloat(value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 1e6)) return printDouble(value);
  const short = Number(value.toPrecision(6));
  if (Math.fround(short) === value) return String(short);
  return String(Number(value.toPrecision(9)));
}

/** The signed reading of an unsigned 64-bit integer. */
export function signed(value: number | bigint): number | bigint {
  return typeof value === 'number' ? value : BigInt.asIntN(64, value);
}

function zigzag(value: number | bigint): bigint {
  const big = BigInt(value);
  return big & 1n ? -((big + 1n) >> 1n) : big >> 1n;
}
