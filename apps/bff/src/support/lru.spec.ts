import { describe, expect, it } from '@jest/globals';
import { Lru } from './lru.ts';

describe('Lru', () => {
  it('drops what was not used for longest', () => {
    const lru = new Lru<number>(2);
    lru.set('a', 1);
    lru.set('b', 2);
    lru.get('a');
    lru.set('c', 3);
    expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3]);
  });

  it('keeps the total weight below its capacity, also when an entry is replaced', () => {
    const lru = new Lru<string>(10, (text) => text.length);
    lru.set('a', 'xxxx');
    lru.set('a', 'xxxxxx');
    lru.set('b', 'xxxx');
    expect(lru.size).toBe(2);
    lru.set('c', 'x');
    expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([undefined, 'xxxx', 'x']);
  });

  it('does not keep an entry that is heavier than all of it', () => {
    const lru = new Lru<string>(3, (text) => text.length);
    lru.set('a', 'xxxx');
    expect(lru.size).toBe(0);
  });
});
