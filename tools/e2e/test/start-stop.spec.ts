import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort, until } from '@kiban/testing';
import { exists, processes } from '../src/run-file.ts';

let state = '';
let port = 0;
beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'kiban-e2e-stop-'));
  chmodSync(state, 0o755); // PostgreSQL, which never runs as root, has to reach its data
  port = await freePort();
});
// npm ends before what it started when both are told to: the runner may still be writing.
afterAll(() => rmSync(state, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 }));

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
}

/** npm start in a state folder of its own, in a process group of its own. */
function start(): Started {
  const child = spawn('npm', ['start', '--silent', '--', '--json', '--no-seed', '--port', String(port)], {
    cwd: resolve('../..'),
    env: { ...process.env, KIBAN_STATE_DIR: state },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

const ready = ({ output }: Started) => until(() => output().includes('"event":"ready"'), { timeoutMs: 90_000 });
/** The pipe closes when the last process that holds it is gone: npm, and the runner below it. */
const ended = (child: ChildProcess) =>
  until(() => child.stdout?.closed && (child.exitCode !== null || child.signalCode !== null), { timeoutMs: 30_000 });
const pids = () => processes(state).flatMap(({ identity }) => (identity ? [identity.pid] : []));

it('leaves no process behind on Ctrl-C, refuses a second start, and starts again after SIGKILL', async () => {
  const first = start();
  await ready(first);

  const second = start();
  await ended(second.child);
  expect(second.child.exitCode).not.toBe(0);
  expect(second.output()).toMatch(/running already/);

  const running = pids();
  expect(running.length).toBeGreaterThan(6);
  process.kill(-first.child.pid!, 'SIGINT');
  await ended(first.child);
  expect(running.filter(exists)).toEqual([]);

  const third = start();
  await ready(third);
  const orphans = pids();
  process.kill(-third.child.pid!, 'SIGKILL');
  await ended(third.child);

  const fourth = start();
  await ready(fourth);
  expect(orphans.filter(exists)).toEqual([]);
  process.kill(-fourth.child.pid!, 'SIGTERM');
  await ended(fourth.child);
}, 240_000);
