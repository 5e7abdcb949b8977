import { expect, it } from '@jest/globals';
import { SERVICES } from './platform/services.ts';
import { startOptions } from './start-options.ts';

it('starts everything on port 8080 with the seed by default', () => {
  const only = SERVICES.map(({ name }) => name);
  expect(startOptions([])).toEqual({ fresh: false, only, json: false, port: 8080, seed: true });
});

it('reads every flag', () => {
  const args = ['--fresh', '--json', '--no-seed', '--port', '9000', '--only', 'bff, content'];
  expect(startOptions(args)).toEqual({ fresh: true, only: ['bff', 'content'], json: true, port: 9000, seed: false });
});

it.each([
  [['--only', 'bff,contents'], /--only knows content, .*; not contents/],
  [['--port', 'high'], /--port must be a number from 1 to 65535, not high/],
  [['--fast'], /usage: npm start/],
])('refuses %j', (args, message) => {
  expect(() => startOptions(args)).toThrow(message);
});
