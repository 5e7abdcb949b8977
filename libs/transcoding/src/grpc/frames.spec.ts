import { describe, expect, test } from '@jest/globals';
import { FrameError, FrameReader, frame } from './frames.ts';

describe('messages cut out of a stream of bytes', () => {
  const messages = [Buffer.from('one'), Buffer.alloc(0), Buffer.from('a longer one')];
  const bytes = Buffer.concat(messages.map(frame));

  test.each(Array.from({ length: bytes.length }, (_, i) => i + 1))('in pieces of %i bytes', (size) => {
    const reader = new FrameReader(100);
    const found: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) found.push(...reader.push(bytes.subarray(at, at + size)));
    expect(found).toEqual(messages);
    expect(reader.partial).toBe(false);
  });

  test('one that has begun is partial, from its first byte on', () => {
    const reader = new FrameReader(100);
    expect([reader.push(bytes.subarray(0, 1)), reader.partial]).toEqual([[], true]);
    expect([reader.push(bytes.subarray(1, 9)), reader.partial]).toEqual([[messages[0]], true]);
  });

  test('one that is too large is refused when its length is known', () => {
    const reader = new FrameReader(20);
    reader.push(bytes.subarray(0, 8));
    expect(() => reader.push(frame(Buffer.alloc(16)).subarray(0, 5))).toThrow(FrameError);
  });

  test('a compressed one is refused', () => {
    expect(() => new FrameReader(100).push(Buffer.from([1, 0, 0, 0, 0]))).toThrow('compressed message');
  });
});
