import { type DescField, type DescMessage, type DescMethod, ScalarType } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { CaseBackend } from '../case.ts';
import type { Behaviour } from '../fake-backend.ts';
import type { Chooser } from '../fuzz-requests.ts';

const DETAIL = {
  '@type': 'type.googleapis.com/google.rpc.BadRequest',
  fieldViolations: [{ field: 'name', description: 'must be é "short"' }],
};

const RETRY = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.500s' };
const QUOTA = {
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason: 'OVER',
  domain: 'probe',
  metadata: { limit: '5' },
};

/** Mostly an answer with fields of all kinds; at times an error, with or without details, also behind messages. */
export function generateAnswer(choose: Chooser, { output, methodKind }: DescMethod): Behaviour {
  const streams = methodKind === 'server_streaming' || methodKind === 'bidi_streaming';
  const count = streams ? choose.number(4) : choose.chance(0.03) ? 0 : 1;
  const metadata = choose.chance(0.1) ? choose.of(METADATA) : {};
  const trailing = choose.chance(0.05) ? choose.of(METADATA) : {};
  const status = choose.chance(0.15) ? generateStatus(choose) : undefined;
  const bytes =
    status && !(streams && choose.chance(0.5)) ? [] : Array.from({ length: count }, () => message(choose, output));
  return { bytes, initial_metadata: metadata, trailing_metadata: trailing, ...(status && { status }) };
}

const METADATA: readonly Record<string, string>[] = [
  { 'x-answer': 'yes', 'x-answer-bin': 'AAAA' },
  { 'retry-after': '3', etag: '"x"', 'cache-control': 'no-store', 'content-language': 'en' },
  { 'set-cookie': 'a=b; Path=/', location: '/v1/x', 'x-empty': '' },
  { 'grpc-encoding': 'identity', 'grpc-accept-encoding': 'gzip', server: 'backend', date: 'never' },
];

function generateStatus(choose: Chooser): NonNullable<CaseBackend['status']> {
  return {
    code: 1 + choose.number(17),
    message: choose.of(['', 'plain', 'é % "quoted"\n', 'a'.repeat(200)]),
    ...(choose.chance(0.4) && { details: choose.of([[DETAIL], [DETAIL, RETRY, QUOTA]]) }),
    ...(choose.chance(0.04) && { details_unknown_type: 'type.googleapis.com/nope.Nope' }),
  };
}

function message(choose: Chooser, desc: DescMessage): Uint8Array {
  const writer = new BinaryWriter();
  fields(choose, writer, desc, 0);
  return writer.finish();
}

function fields(choose: Chooser, writer: BinaryWriter, desc: DescMessage, depth: number): void {
  const name = desc.typeName.replace('google.protobuf.', '');
  if (name === 'Any') return any(choose, writer);
  if (name === 'Timestamp') return seconds(writer, choose.of([0n, 1n, -1n, 1_700_000_000n, 253402300799n]), 0, choose);
  if (name === 'Duration') return duration(choose, writer);
  if (name === 'FieldMask') {
    for (let count = choose.number(3); count > 0; count--) {
      writer.tag(1, WireType.LengthDelimited).string(choose.of(['title', 'create_time', 'a.b_c', 'x1']));
    }
    return;
  }
  if (name === 'Value') return value(choose, writer);
  if (desc.fields.length === 0 || depth > 3) return;
  const taken = new Set<string>();
  for (const field of desc.fields) {
    if (!choose.chance(depth === 0 ? 0.25 : 0.4) || (field.oneof && taken.has(field.oneof.name))) continue;
    if (field.oneof) taken.add(field.oneof.name);
    const times = field.fieldKind === 'list' || field.fieldKind === 'map' ? choose.number(3) : 1;
    for (let time = 0; time < times; time++) single(choose, writer, field, depth, time);
  }
  if (choose.chance(0.05)) writer.tag(999, WireType.LengthDelimited).string('unknown');
}

function single(choose: Chooser, writer: BinaryWriter, field: DescField, depth: number, time: number): void {
  if (field.fieldKind === 'map') {
    writer.tag(field.number, WireType.LengthDelimited).fork();
    if (field.mapKey === ScalarType.STRING) writer.tag(1, WireType.LengthDelimited).string(`k"${time}`);
    else writer.tag(1, WireType.Varint).int32(time);
    // Always with a value: an entry without one makes Envoy 1.40 end itself.
    if (field.message) {
      writer.tag(2, WireType.LengthDelimited).fork();
      fields(choose, writer, field.message, depth + 1);
      writer.join();
    } else scalar(choose, writer, 2, field.scalar ?? ScalarType.INT32);
    writer.join();
  } else if (field.message) {
    writer.tag(field.number, WireType.LengthDelimited).fork();
    fields(choose, writer, field.message, depth + 1);
    writer.join();
  } else if (field.name === 'content_type' && field.parent.typeName === 'google.api.HttpBody') {
    // What is no header value resets the connection in Envoy.
    writer.tag(field.number, WireType.LengthDelimited).string(choose.of(['', 'text/plain', 'image/png; x="1"']));
  } else if (field.enum) writer.tag(field.number, WireType.Varint).int32(choose.of([0, 1, 2, -1, 7]));
  else scalar(choose, writer, field.number, field.scalar);
}

const TEXTS = ['', 'x', 'é"\\\n', '😀', '<b>&', '\u0000\u007f\u2028'];
const INTEGERS = [0, 1, -1, 2147483647, -2147483648];
const LONGS = [0n, 1n, -1n, 9007199254740993n, 9223372036854775807n, -9223372036854775808n];
const DOUBLES = [0, -0, 1.5, 1e21, 1e-7, 0.1, 123456789.125, Number.NaN, Number.POSITIVE_INFINITY, -1e300];

function scalar(choose: Chooser, writer: BinaryWriter, no: number, type: ScalarType): void {
  const integer = choose.of(INTEGERS);
  const long = choose.of(LONGS);
  const varint = () => writer.tag(no, WireType.Varint);
  if (type === ScalarType.STRING) {
    const long = choose.chance(0.01) ? 'x'.repeat(3_000) : '';
    writer.tag(no, WireType.LengthDelimited).string(long || choose.of(TEXTS));
  } else if (type === ScalarType.BYTES) writer.tag(no, WireType.LengthDelimited).bytes(new Uint8Array([0, 255, 62]));
  else if (type === ScalarType.BOOL) varint().bool(choose.chance(0.7));
  else if (type === ScalarType.DOUBLE) writer.tag(no, WireType.Bit64).double(choose.of(DOUBLES));
  else if (type === ScalarType.FLOAT)
    writer.tag(no, WireType.Bit32).float(choose.of([...DOUBLES.slice(0, 9), 3.4e38, 1.2345678, 16777217, 8.5899346e9]));
  else if (type === ScalarType.INT32) varint().int32(integer);
  else if (type === ScalarType.UINT32) varint().uint32(integer >>> 0);
  else if (type === ScalarType.SINT32) varint().sint32(integer);
  else if (type === ScalarType.FIXED32) writer.tag(no, WireType.Bit32).fixed32(integer >>> 0);
  else if (type === ScalarType.SFIXED32) writer.tag(no, WireType.Bit32).sfixed32(integer);
  else if (type === ScalarType.INT64) varint().int64(long);
  else if (type === ScalarType.UINT64) varint().uint64(BigInt.asUintN(64, long));
  else if (type === ScalarType.SINT64) varint().sint64(long);
  else if (type === ScalarType.FIXED64) writer.tag(no, WireType.Bit64).fixed64(BigInt.asUintN(64, long));
  else if (type === ScalarType.SFIXED64) writer.tag(no, WireType.Bit64).sfixed64(long);
}

function seconds(writer: BinaryWriter, whole: bigint, sign: number, choose: Chooser): void {
  if (whole !== 0n) writer.tag(1, WireType.Varint).int64(whole);
  const nanos = choose.of([0, 0, 1, 500_000_000, 123_456_000, 999_999_999]);
  if (nanos) writer.tag(2, WireType.Varint).int32(sign < 0 ? -nanos : nanos);
}

function duration(choose: Chooser, writer: BinaryWriter): void {
  const sign = choose.chance(0.3) ? -1 : 1;
  seconds(writer, BigInt(sign) * choose.of([0n, 1n, 3600n, 315576000000n]), sign, choose);
}

function any(choose: Chooser, writer: BinaryWriter): void {
  const inner = new BinaryWriter();
  if (choose.chance(0.1)) return;
  if (choose.chance(0.3)) {
    writer.tag(1, WireType.LengthDelimited).string('type.googleapis.com/google.protobuf.Duration');
    inner.tag(1, WireType.Varint).int64(5n);
  } else {
    writer.tag(1, WireType.LengthDelimited).string('type.googleapis.com/kiban.probe.v1.Inner');
    inner.tag(1, WireType.LengthDelimited).string('inside');
  }
  writer.tag(2, WireType.LengthDelimited).bytes(inner.finish());
}

function value(choose: Chooser, writer: BinaryWriter): void {
  const kind = choose.number(4);
  if (kind === 0) writer.tag(1, WireType.Varint).int32(0);
  else if (kind === 1) writer.tag(2, WireType.Bit64).double(choose.of([0, 1.5, 1e21, -3]));
  else if (kind === 2) writer.tag(3, WireType.LengthDelimited).string('text');
  else writer.tag(4, WireType.Varint).bool(true);
}
