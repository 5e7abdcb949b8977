import { describe, expect, test } from '@jest/globals';
import { encodeHeaders } from './hpack-encoder.ts';
import { HpackDecoder } from './hpack.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('reading header blocks', () => {
  test("requests with Huffman codes and a growing table, the RFC's example C.4", () => {
    const decoder = new HpackDecoder();
    expect(decoder.decode(hex('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'))).toEqual({
      ':method': 'GET',
      ':scheme': 'http',
      ':path': '/',
      ':authority': 'www.example.com',
    });
    expect(decoder.decode(hex('8286 84be 5886 a8eb 1064 9cbf'))).toMatchObject({
      ':authority': 'www.example.com',
      'cache-control': 'no-cache',
    });
  });

  test("a response, the RFC's example C.6.1", () => {
    const block = '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad';
    expect(new HpackDecoder().decode(hex(`${block} 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`))).toEqual({
      ':status': '302',
      'cache-control': 'private',
      date: 'Mon, 21 Oct 2013 20:13:21 GMT',
      location: 'https://www.example.com',
    });
  });

  test('a block that was seen before means the same only while no table is involved', () => {
    const decoder = new HpackDecoder();
    decoder.decode(hex('4003 782d 6101 31')); // x-a: 1 into the table
    expect(decoder.decode(hex('be'))).toEqual({ 'x-a': '1' });
    decoder.decode(hex('4003 782d 6101 32')); // x-a: 2 takes its place
    expect(decoder.decode(hex('be'))).toEqual({ 'x-a': '2' });
  });

  test.each([
    ['an entry that is not there', 'ff00'],
    ['a string longer than its block', '0003 782d'],
    ['a Huffman string that ends in zeros', '0081 00 8100'],
    ['a number without end', '7fff ffff ffff ffff'],
  ])('%s is refused', (_, block) => {
    expect(() => new HpackDecoder().decode(hex(block))).toThrow(/^HPACK/);
  });
});

test('what is written is read again, also long values and lists', () => {
  const headers = { ':path': '/a.B/C', 'x-long': 'v'.repeat(70_00), 'x-list': ['a', 'b'], 'x-none': undefined };
  const block = encodeHeaders(headers);
  expect(new HpackDecoder().decode(block)).toEqual({
    ':path': '/a.B/C',
    'x-long': 'v'.repeat(70_00),
    'x-list': 'a, b',
  });
  const behind = encodeHeaders(
    { ':path': '/not/again', te: 'trailers' },
    Buffer.from(encodeHeaders({ ':path': '/x' })),
  );
  expect(new HpackDecoder().decode(behind)).toEqual({ ':path': '/x', te: 'trailers' });
});
