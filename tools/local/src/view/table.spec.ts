import { expect, it } from '@jest/globals';
import { table } from './table.ts';

it('sets words to the left and numbers to the right', () => {
  const rows = [
    ['service', 'memory', 'restarts'],
    ['bff', '70 MB', '0'],
    ['content', '101 MB', '12'],
  ];
  expect(table(rows)).toBe('service  memory  restarts\nbff       70 MB         0\ncontent  101 MB        12');
});
