import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { Chooser } from '../fuzz-requests.ts';

const WORDS = ['a', 'shapes', 'x y', 'é', '', 'true', '1', '"', 'a/b', 'COLOR_RED', ':', '😀', 'null', '\\', '\u0001'];
const INTEGERS = ['0', '1', '-1', '2147483647', '2147483648', '-2147483648', '4294967295', '4294967296'];
const LONGS = [...INTEGERS, '9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808'];
const MORE_LONGS = [...LONGS, '18446744073709551615', '18446744073709551616', '1e3', '1.0', '1.5', '007', '+5', ' 5'];
const FLOATS = ['0', '1.5', '-0', '1e10', '1e39', '1e400', 'NaN', 'Infinity', '-Infinity', '.5', '5.', '0x10', 'inf'];
const BOOLS = ['true', 'false', 'TRUE', 'True', '1', '0', 'yes', 'no', 't', 'f', 'y', '', '2', 'tru'];
const ENUMS = ['COLOR_RED', 'color_red', 'COLOR-GREEN', '1', '0', '7', '-1', 'COLOR_NEGATIVE', 'COLOR_PINK', '1.0', ''];
const TIMES = ['2026-01-31T08:30:00Z', '2026-01-31T08:30:00.123456789Z', '2026-01-31T08:30:00+01:00'];
const MORE_TIMES = [...TIMES, '2026-01-31', '2026-02-30T00:00:00Z', '0001-01-01T00:00:00Z', '1700000000', '', 'now'];
const LEAP_TIMES = ['9999-12-31T23:59:59Z', '2026-01-31T08:30:00.1234567891Z', '2026-01-31t08:30:00z'];
const DURATIONS = [
  '1s',
  '1.5s',
  '-1s',
  '0.000000001s',
  '315576000000s',
  '315576000001s',
  '1',
  '1m',
  '',
  '-0.5s',
  '.5s',
];
const MASKS = ['title', 'createTime', 'a.b,c', 'snake_case', 'a(b,c)', '', ',', 'a,,b', 'a..b', 'B', 'a b', 'a(b'];
const KEY_MASKS = [
  'labels["aB,c(]"].x',
  'a["b"](c,dE)',
  'a[b]',
  'a["b',
  'a["b"]c',
  '["k"]',
  'a(b)(c)',
  '(a)',
  'a(,b',
  'a)',
];
const ODD_MASKS = ['a(b(cD,E),f)', 'a["\\"x"]', 'HTTPServer,aHTTPServer,xY1Z', 'a__B,_A', '*', 'a.*', 'a,b,', '[]'];
const BYTES = ['AAAA', 'aGk=', 'aGk', '_-8', '/+8=', 'a', '!!', '', 'aGl=', 'aGk==', ' aGk='];

/** The texts that one seldom, often or never writes for a field: how a path or a query would say it. */
export function textFor(choose: Chooser, field: DescField | undefined): string {
  if (!field || choose.chance(0.06)) return choose.of(WORDS);
  if (field.message) return textOfMessage(choose, field.message);
  if (field.enum) return choose.of(ENUMS);
  switch (field.fieldKind === 'map' ? ScalarType.STRING : field.scalar) {
    case ScalarType.STRING:
      return choose.of(WORDS);
    case ScalarType.BYTES:
      return choose.of(BYTES);
    case ScalarType.BOOL:
      return choose.of(BOOLS);
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return choose.of([...FLOATS, ...INTEGERS]);
    default:
      return choose.of(MORE_LONGS);
  }
}

function textOfMessage(choose: Chooser, { typeName }: DescMessage): string {
  const name = typeName.replace('google.protobuf.', '');
  if (name === 'Timestamp') return choose.of([...MORE_TIMES, ...LEAP_TIMES]);
  if (name === 'Duration') return choose.of(DURATIONS);
  if (name === 'FieldMask') return choose.of([...MASKS, ...KEY_MASKS, ...ODD_MASKS]);
  if (name === 'BoolValue') return choose.of(BOOLS);
  if (name === 'BytesValue') return choose.of(BYTES);
  if (name === 'Int64Value' || name === 'UInt32Value') return choose.of(MORE_LONGS);
  if (name === 'DoubleValue') return choose.of(FLOATS);
  return choose.of(WORDS);
}

/** JSON text for a field: mostly of its type, sometimes of another, sometimes no JSON at all. */
export function jsonFor(choose: Chooser, field: DescField, depth: number): string {
  if (choose.chance(0.04))
    return choose.of(['null', '[]', '{}', 'true', '1', '"x"', '[null]', '[[1]]', '{"a":1}', '01']);
  if (field.fieldKind === 'map') return jsonMap(choose, field, depth);
  if (field.fieldKind === 'list' && !choose.chance(0.1)) {
    return `[${Array.from({ length: choose.number(3) }, () => single(choose, field, depth)).join(',')}]`;
  }
  return single(choose, field, depth);
}

function jsonMap(choose: Chooser, field: DescField & { fieldKind: 'map' }, depth: number): string {
  const keys = field.mapKey === ScalarType.BOOL ? BOOLS : field.mapKey === ScalarType.INT32 ? INTEGERS : WORDS;
  const entries = Array.from({ length: choose.number(3) }, () => {
    return `${JSON.stringify(choose.of(keys))}:${single(choose, field, depth)}`;
  });
  return `{${entries.join(',')}}`;
}

function single(choose: Chooser, field: DescField, depth: number): string {
  if (field.message) return jsonMessage(choose, field.message, depth + 1);
  const text = textFor(choose, field);
  // A number or a word without quotes as often as with.
  if (/^-?[\d.]+(?:e\d+)?$|^(?:true|false)$/i.test(text) && choose.chance(0.5)) return text;
  return JSON.stringify(text);
}

/** JSON text for a message: some of its fields, in either spelling, with the odd stranger. */
export function jsonMessage(choose: Chooser, desc: DescMessage, depth: number): string {
  const name = desc.typeName.replace('google.protobuf.', '');
  if (name === 'Any') return anyJson(choose);
  if (name === 'Struct' || (name === 'Value' && choose.chance(0.5))) return structJson(choose, depth);
  if (name === 'Value') return choose.of(['1', '"x"', 'null', 'true', '[1,{"a":null}]', '1e400', '[]', '-0']);
  if (name === 'ListValue') return choose.of(['[]', '[1,"a",null]', '{}', '"x"', '[[{}]]', 'null']);
  if (desc.typeName.startsWith('google.protobuf.') && name !== 'Empty' && !choose.chance(0.05)) {
    const text = textOfMessage(choose, desc);
    return /^-?\d+$|^(?:true|false)$/.test(text) && choose.chance(0.5) ? text : JSON.stringify(text);
  }
  if (depth > 3 || desc.fields.length === 0) return '{}';
  const pairs = Array.from({ length: choose.number(depth === 0 ? 6 : 4) }, () => {
    const field = choose.of(desc.fields);
    if (choose.chance(0.04)) return choose.of(['"nope":1', '"nope":{"a":[1]}', '"":1', '"i32 ":1', '"I32":1']);
    const key = choose.chance(0.5) ? field.name : field.jsonName;
    return `${JSON.stringify(key)}:${jsonFor(choose, field, depth)}`;
  });
  return `{${pairs.join(',')}}`;
}

function anyJson(choose: Chooser): string {
  return choose.of([
    '{}',
    '{"@type":"type.googleapis.com/kiban.probe.v1.Inner","id":"x","bigNumber":"5"}',
    '{"id":"x","@type":"type.googleapis.com/kiban.probe.v1.Inner"}',
    '{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.5s"}',
    '{"@type":"type.googleapis.com/google.protobuf.Struct","value":{"a":1}}',
    '{"@type":"type.googleapis.com/nope.Nope"}',
    '{"@type":"kiban.probe.v1.Inner"}',
    '{"@type":5}',
    '{"id":"x"}',
    'null',
    '"x"',
    '{"@type":"type.googleapis.com/kiban.probe.v1.Inner","nope":1}',
  ]);
}

function structJson(choose: Chooser, depth: number): string {
  if (depth > 4) return '{}';
  const value = () => choose.of(['1', '"x"', 'null', 'true', '[1,2]', '{}', '{"b":{"c":1}}', '1.5e3', '[{}]']);
  return `{${Array.from({ length: choose.number(4) }, () => `${JSON.stringify(choose.of(WORDS))}:${value()}`).join(',')}}`;
}
