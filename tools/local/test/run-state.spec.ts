import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { claimRun } from '../src/state/claim-run.ts';
import { identify, isAlive, type ProcessIdentity } from '../src/state/process-identity.ts';
import { readRun, type Run, writeRun } from '../src/state/run-file.ts';

const SERVE = resolve(import.meta.dirname, 'children/serve.mjs');
let dir: string;
let file: string;
const ends: (() => void)[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kiban-run-'));
  file = join(dir, 'run.json');
});

afterEach(() => {
  for (const end of ends.splice(0)) end();
  rmSync(dir, { recursive: true, force: true });
});

async function someProcess(): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, [SERVE], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  ends.push(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return identify(child.pid ?? 0)!;
}

function runOf(main: ProcessIdentity, more: Partial<Run> = {}): Run {
  return { main, gateway: 'http://127.0.0.1:9', ready: true, processes: [], ...more };
}

const service = (identity: ProcessIdentity) => ({
  name: 'content',
  identity,
  addresses: {},
  state: 'ready',
  restarts: 0,
});
const dead = (identity: ProcessIdentity) => ({ ...identity, startTime: 'another time' });

it('refuses a second run and says how to reach the first', async () => {
  const main = await someProcess();
  writeRun(file, runOf(main));
  await expect(claimRun(file)).rejects.toThrow(
    `Kiban is running already at http://127.0.0.1:9 (process ${main.pid}): npm run status shows it, npm run stop stops it.`,
  );
  expect(isAlive(main)).toBe(true);
});

it('ends what a killed run left behind', async () => {
  const left = await someProcess();
  writeRun(file, runOf(dead(left), { processes: [service(left)] }));
  expect(await claimRun(file)).toEqual(['content']);
  expect(isAlive(left)).toBe(false);
  expect(readRun(file)).toBeUndefined();
});

it('never touches a process that only has the same id', async () => {
  const innocent = await someProcess();
  writeRun(file, runOf(dead(innocent), { processes: [service(dead(innocent))] }));
  expect(await claimRun(file)).toEqual([]);
  expect(isAlive(innocent)).toBe(true);
});

it('takes over from a run whose npm was killed', async () => {
  const main = await someProcess();
  writeRun(file, runOf(main, { launcher: dead(main) }));
  await claimRun(file);
  expect(isAlive(main)).toBe(false);
});

it('takes a half-written run file for none', async () => {
  writeFileSync(file, '{"main":{"pid":12');
  expect(await claimRun(file)).toEqual([]);
});
