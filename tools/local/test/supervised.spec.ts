import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '@kiban/testing';
import { identify } from '../src/state/process-identity.ts';
import { untilGone } from '../src/state/until-gone.ts';
import { Supervised, type SupervisedOptions } from '../src/supervisor/supervised.ts';

const CHILDREN = resolve(import.meta.dirname, 'children');
let dir: string;
let logFile: string;
const started: Supervised[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kiban-supervised-'));
  logFile = join(dir, 'fake.log');
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
  rmSync(dir, { recursive: true, force: true });
});

function supervise(script: string, options: Partial<SupervisedOptions> = {}): Supervised {
  const supervised = new Supervised({
    name: 'fake',
    script: join(CHILDREN, script),
    cwd: dir,
    env: process.env,
    logFile,
    ...options,
  });
  started.push(supervised);
  return supervised;
}

it('is ready with the addresses that the process says, and gone after a stop', async () => {
  const service = supervise('serve.mjs', { args: ['4711'] });
  await service.start();
  const { identity, state, addresses } = service.describe();
  expect([state, addresses]).toEqual(['ready', { grpc: '127.0.0.1:4711' }]);
  await service.stop();
  expect(identify(identity!.pid)).toBeUndefined();
  expect(service.state).toBe('stopped');
});

it('starts a killed process again and says why', async () => {
  const service = supervise('serve.mjs');
  await service.start();
  const { pid } = service.describe().identity!;
  process.kill(pid, 'SIGKILL');
  await until(() => service.restarts === 1 && service.state === 'ready', { timeoutMs: 5_000, message: 'not back' });
  expect(service.reason).toBe('ended by SIGKILL');
  expect(service.describe().identity!.pid).not.toBe(pid);
});

it('gives up at once on a wrong configuration, with its last words', async () => {
  await expect(supervise('fail.mjs', { args: ['2'] }).start()).rejects.toThrow(
    /^fake did not start \(ended with code 2: Error: DATABASE_URL_FAKE is missing\): .*fake\.log holds its log\.$/,
  );
  expect(readFileSync(logFile, 'utf8').match(/DATABASE_URL_FAKE/g)).toHaveLength(1);
});

it('tries three times when the first start fails for another reason', async () => {
  await expect(supervise('fail.mjs', { args: ['1'] }).start()).rejects.toThrow('fake did not start');
  expect(readFileSync(logFile, 'utf8').match(/DATABASE_URL_FAKE/g)).toHaveLength(3);
});

it('kills what does not end in time', async () => {
  const service = supervise('stubborn.mjs', { graceMs: 100 });
  await service.start();
  const { pid } = service.describe().identity!;
  await service.stop();
  expect(identify(pid)).toBeUndefined();
  expect(readFileSync(logFile, 'utf8')).toContain('no');
});

it('ends a process that is never ready and says so', async () => {
  const silent = supervise('runner.mjs', { readyMs: 300, args: [join(CHILDREN, 'serve.mjs'), join(dir, 'inner.log')] });
  await expect(silent.start()).rejects.toThrow('not ready within 0.3 s');
});

it('leaves no service behind when the runner is killed', async () => {
  const script = join(CHILDREN, 'runner.mjs');
  const runner = spawn(process.execPath, [script, join(CHILDREN, 'serve.mjs'), logFile]);
  const pid = await new Promise<number>((done) => runner.stdout.once('data', (chunk) => done(Number(chunk))));
  const service = identify(pid)!;
  runner.kill('SIGKILL');
  expect(await untilGone([service], 5_000)).toEqual([]);
});
