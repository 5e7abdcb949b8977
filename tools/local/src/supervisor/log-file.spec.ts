import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { lastWords, logTail } from './log-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'kiban-log-'));
const file = join(dir, 'a.log');
afterEach(() => rmSync(file, { force: true }));

it('finds the message of the last error in a JSON log', () => {
  writeFileSync(file, '{"msg":"cannot listen","err":{"message":"EADDRINUSE 1"}}\n{"msg":"bye"}\n');
  expect(lastWords(file)).toBe('cannot listen: EADDRINUSE 1');
});

it('takes the last line when none speaks of an error', () => {
  writeFileSync(file, 'one\ntwo\n');
  expect([lastWords(file), logTail(file, 1), logTail(file, 9)]).toEqual(['two', ['two'], ['one', 'two']]);
});

it('has nothing to say without a log', () => {
  expect(lastWords(file)).toBeUndefined();
});
