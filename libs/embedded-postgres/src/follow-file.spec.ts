import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { followFile } from './follow-file.ts';
import { waitUntil } from './processes.ts';

it('gives whole lines from the offset on, also when a write ends inside a character', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kiban-spec-'));
  const file = join(directory, 'log');
  writeFileSync(file, 'before\n');
  const lines: string[] = [];
  const stop = followFile(file, 7, (line) => lines.push(line), 5);
  const bytes = Buffer.from('first\nzweite Zeile: ä\nlast');
  appendFileSync(file, bytes.subarray(0, 21)); // ends between the two bytes of ä
  expect(await waitUntil(() => lines.length === 1, 5_000)).toBe(true);
  appendFileSync(file, bytes.subarray(21));
  appendFileSync(file, ' line\n');
  stop();
  expect(lines).toEqual(['first', 'zweite Zeile: ä', 'last line']);
  rmSync(directory, { recursive: true });
});
