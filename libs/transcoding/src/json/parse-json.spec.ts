import { describe, expect, test } from '@jest/globals';
import { type JsonNode, JsonNumber, JsonObject } from './json-node.ts';
import { parseJson } from './parse-json.ts';

/** As JSON.parse would give it; numbers by their text. */
function plain(node: JsonNode): unknown {
  if (node instanceof JsonNumber) return `#${node.text}`;
  if (node instanceof JsonObject) return node.entries.map(([key, value]) => [key, plain(value)]);
  return Array.isArray(node) ? node.map(plain) : node;
}

test('numbers keep their digits and repeated keys stay', () => {
  expect(plain(parseJson('{"a": 9007199254740993, "a": -1.50e+3}'))).toEqual([
    ['a', '#9007199254740993'],
    ['a', '#-1.50e+3'],
  ]);
});

test.each([
  ['"\\u00e9\\n\\"\\/"', 'é\n"/'],
  ['"\\ud83d\\ude00"', '😀'],
  [' [ true , false , null , [] , {} ] ', [true, false, null, [], []]],
])('%s', (text, value) => {
  expect(plain(parseJson(text))).toEqual(value);
});

test.each([
  ['', 'line 1, column 1: unexpected end'],
  ['{"a" 1}', 'line 1, column 6: expected ":" behind the key'],
  ['{\n  "a": 1,\n  b: 2\n}', 'line 3, column 3: expected a key in double quotes'],
  ['[1 2]', 'line 1, column 4: expected "," or "]"'],
  ['[1,]', 'line 1, column 4: expected a value'],
  ['{"a":1,}', 'line 1, column 8: expected a key in double quotes'],
  ['"abc', 'line 1, column 1: the string has no end'],
  ['01', 'malformed number'],
  ['1.', 'malformed number'],
  ['nul', 'expected a value'],
  ['{} {}', 'nothing may follow the value'],
  ['"\\x"', 'unknown escape'],
  ['"\\ud800"', 'no valid Unicode'],
  ['"a\nb"', 'control characters must be escaped'],
  ['['.repeat(101), 'more than 100 levels deep'],
])('%j is refused and the message says where', (text, message) => {
  expect(() => parseJson(text)).toThrow(message);
});

describe('what protobuf takes and JSON forbids', () => {
  test.each([
    ['{"a":1,}', [['a', '#1']]],
    ['[1,]', ['#1']],
    ["{'a':'b'}", [['a', 'b']]],
    ['{a:1}', [['a', '#1']]],
  ])('%s', (text, value) => {
    expect(plain(parseJson(text, { lenient: true }))).toEqual(value);
  });
  test.each(['[,]', '{,}', '{"a":}', '[1,,2]', '{null:1}', '{true:1}', '{false:1}'])(
    '%s is refused all the same',
    (text) => {
      expect(() => parseJson(text, { lenient: true })).toThrow(/invalid JSON/);
    },
  );
});
