import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { replaceFiles } from './replace-files.ts';

let from = '';
let to = '';
beforeEach(() => {
  from = mkdtempSync(join(tmpdir(), 'kiban-replace-'));
  to = mkdtempSync(join(tmpdir(), 'kiban-replace-'));
});
afterEach(() => {
  for (const folder of [from, to]) rmSync(folder, { recursive: true });
});

describe('replaceFiles', () => {
  it('leaves files alone that are the same: who watches them copies nothing', () => {
    for (const folder of [from, to]) writeFileSync(join(folder, 'vendor.mjs'), 'same');
    utimesSync(join(to, 'vendor.mjs'), 1, 1);
    writeFileSync(join(from, 'main.mjs'), 'new');
    expect(replaceFiles(from, to)).toBe(1);
    expect(statSync(join(to, 'vendor.mjs')).mtimeMs).toBe(1000);
    expect(readFileSync(join(to, 'main.mjs'), 'utf8')).toBe('new');
  });
  it('removes what is no longer made', () => {
    writeFileSync(join(to, 'old-1a2b.mjs'), '');
    writeFileSync(join(from, 'new-3c4d.mjs'), '');
    replaceFiles(from, to);
    expect(readdirSync(to)).toEqual(['new-3c4d.mjs']);
  });
  it('leaves what another step put beside the modules', () => {
    writeFileSync(join(to, 'openapi.json'), '{}');
    replaceFiles(from, to);
    expect(readdirSync(to)).toEqual(['openapi.json']);
  });
});
