import { expect, test } from '@jest/globals';
import { JsonArraySplitter } from './array-splitter.ts';

function split(...pieces: string[]): string[] {
  const splitter = new JsonArraySplitter();
  const found = pieces.flatMap((piece) => splitter.push(piece));
  splitter.end();
  return found.map((element) => element.trim());
}

test('elements come out whole wherever the text is cut', () => {
  const text = ' [ {"a":"],}\\"["}, [1,{}], "x" , 5 ] ';
  const whole = ['{"a":"],}\\"["}', '[1,{}]', '"x"', '5'];
  for (let at = 0; at <= text.length; at++) expect(split(text.slice(0, at), text.slice(at))).toEqual(whole);
  expect(split(...text.split(''))).toEqual(whole);
});

test('an element comes out before the next one arrives', () => {
  const splitter = new JsonArraySplitter();
  expect(splitter.push('[{"a":1},')).toEqual(['{"a":1}']);
  expect(splitter.push('{"a"')).toEqual([]);
  expect(splitter.pending).toBe(4);
});

test.each(['{', '"x"', '1', '[1', '[1,2', '[,]', '[1]]', '[}'])('%s is no array', (text) => {
  expect(() => split(text)).toThrow(/invalid JSON|unexpected end/);
});

test('an empty list has no element, and no text is no list', () => {
  expect(() => split('')).toThrow(/expected a list/);
  expect(split('[]')).toEqual([]);
  expect(split('[1,]')).toEqual(['1']);
});
