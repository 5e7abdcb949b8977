import { expect, it } from '@jest/globals';
import { derivedId } from './uuid-v5.ts';

it('is the UUIDv5 of the parts', () => {
  // python3: uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, 'kiban.dev'), '["a","bc"]')
  expect(derivedId('a', 'bc')).toBe('e7d05d33-2358-5f65-a482-6809869a9344');
});

it('keeps parts apart', () => {
  expect(derivedId('ab', 'c')).not.toBe(derivedId('a', 'bc'));
});
