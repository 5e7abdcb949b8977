import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startPostgres } from '../src/index.ts';
import { startMark, waitUntil } from '../src/processes.ts';
import { initCache, query, scratch } from './support.ts';

let place: ReturnType<typeof scratch>;
let dataDir: string;
beforeEach(() => {
  place = scratch();
  dataDir = join(place.path, 'postgres');
});
afterEach(() => place.remove());

async function supervise(...args: string[]): Promise<{ child: ChildProcess; pid: number }> {
  const script = join(import.meta.dirname, 'supervise.ts');
  const child = spawn(process.execPath, [script, dataDir, initCache, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, pid: (JSON.parse(line) as { pid: number }).pid };
  }
  throw new Error('supervise.ts ended before its server was ready');
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const hasEnded = (pid: number) => waitUntil(() => startMark(pid) === undefined, 5_000);

it('leaves no server behind when its process is killed with SIGKILL', async () => {
  const { child, pid } = await supervise();
  await kill(child);
  expect(await hasEnded(pid)).toBe(true);
  const server = await startPostgres({ dataDir, databases: ['content'] });
  expect(await query(server, 'content', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await server.stop();
});

it('stops a server that outlived its process and its watchdog, says so, and keeps the data', async () => {
  const { child, pid } = await supervise();
  execFileSync('kill', ['-9', watchdogOf(pid)]);
  await kill(child);
  expect(startMark(pid)).toBeDefined();

  const lines: string[] = [];
  const server = await startPostgres({ dataDir, databases: ['content'], onLog: (line) => lines.push(line) });
  expect(lines[0]).toBe(`stopped PostgreSQL process ${pid}, left running by an earlier run that was killed`);
  expect(startMark(pid)).toBeUndefined();
  expect(await query(server, 'content', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await server.stop();
});

it('deletes an ephemeral server with its process', async () => {
  const { child, pid } = await supervise('ephemeral');
  await kill(child);
  expect(await hasEnded(pid)).toBe(true);
  expect(await waitUntil(() => !existsSync(dataDir), 5_000)).toBe(true);
});

function watchdogOf(pid: number): string {
  const processes = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const line = processes.find((entry) => entry.includes(`kiban-postgres-watchdog ${pid}`));
  return line?.trim().split(/\s+/)[0] ?? '';
}
