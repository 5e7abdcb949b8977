import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';

const LIBRARY = `
import pg, { Pool } from 'pg';
import * as z from 'zod';
import { interval } from 'rxjs';
import 'reflect-metadata';
export const used = () => [pg.Pool === Pool, z.string().parse('text'), typeof interval, typeof Reflect.getMetadata];
const failed = (loaded) => { throw new Error(typeof loaded); };
export const decoded = async () => [(await import('jose')).decodeJwt, failed((await import('jose')).base64url)];
`;
const MAIN = `
import { used } from './library.js';
console.log(JSON.stringify(used()));
if (process.argv[2] === 'fail') await (await import('./lazy.js')).fail();
`;
const LAZY = `
import { Redis } from 'ioredis';
import { z } from 'zod';
import { decoded } from './library.js';
export const fail = () => decoded(typeof Redis, z.number().parse(1));
`;

describe('a bundle', () => {
  /** In the workspace, where packages are found. */
  const dir = mkdtempSync(join(ROOT, 'node_modules/.kiban-bundle-'));
  const bundle = join(dir, 'bundle');
  const write = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, 'dist', name), text);
  };
  const make = () => node(join(ROOT, 'tools/build/bundle.mjs'), 'dist/main.js', 'bundle/main.mjs').stdout;
  const run = (...args: string[]) => node('--enable-source-maps', join(bundle, 'main.mjs'), ...args);
  const vendor = () =>
    readdirSync(bundle)
      .filter((name) => name.startsWith('vendor.'))
      .map((name) => `${name} ${statSync(join(bundle, name)).mtimeMs}`);

  function node(...args: string[]) {
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8' });
    return { stdout, stderr };
  }

  beforeAll(() => {
    mkdirSync(join(dir, 'dist'));
    writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
    write({ 'library.js': LIBRARY, 'main.js': MAIN, 'lazy.js': LAZY });
    expect(make()).toContain('packages bundled anew');
  });

  afterAll(() => rmSync(dir, { recursive: true }));

  it('uses packages as its sources do', () => {
    expect(run()).toEqual({ stdout: '[true,"text","function","function"]\n', stderr: '' });
  });

  it('says where in the sources an error came from', () => {
    const { stderr } = run('fail');

    expect(stderr).toContain('Error: object');
    // `failed` stands behind an import that became a call.
    expect(stderr).toMatch(/at decoded \(.*dist\/library\.js:8:71\)/);
  });

  it('has of a namespace what is used: of zod no texts in other languages', () => {
    const code = readdirSync(bundle)
      .filter((name) => name.endsWith('.mjs'))
      .map((name) => readFileSync(join(bundle, name), 'utf8'))
      .join('');

    expect(code).toContain('ZodString');
    expect(code).not.toContain('Ungültige Eingabe');
  });

  it('keeps what is made of packages until something else of them is used', () => {
    const before = vendor();

    write({ 'main.js': `${MAIN}console.log('changed');\n` });
    expect(make()).toContain('packages as they were');
    expect(vendor()).toEqual(before);
    expect(run().stdout).toContain('changed');

    write({ 'main.js': `import { timer } from 'rxjs';\n${MAIN}console.log(typeof timer);\n` });
    expect(make()).toContain('packages bundled anew');
    expect(run().stdout).toContain('\nfunction\n');
  });

  it('makes what is made of packages anew when a file of it is gone', () => {
    rmSync(join(bundle, 'vendor.lazy.mjs'));
    expect(make()).toContain('packages bundled anew');
    expect(run('fail').stderr).toContain('Error: object');
  });

  it('leaves no file of what is no longer imported', () => {
    write({ 'main.js': "console.log('alone');\n" });
    make();

    expect(readdirSync(bundle).toSorted()).toEqual(['main.mjs', 'main.mjs.map', 'vendor.made-of']);
    expect(run().stdout).toBe('alone\n');
  });
});
