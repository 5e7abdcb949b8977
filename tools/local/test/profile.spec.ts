import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '@kiban/testing';
import { profileCommand } from '../src/commands/profile.ts';
import { statePaths } from '../src/paths.ts';
import { selfTimes } from '../src/profile/self-times.ts';
import type { CpuProfile } from '../src/profile/cpu-profile.ts';
import { UsageError } from '../src/start-error.ts';
import { identify } from '../src/state/process-identity.ts';
import { writeRun } from '../src/state/run-file.ts';
import { Supervised } from '../src/supervisor/supervised.ts';

const paths = statePaths(mkdtempSync(join(tmpdir(), 'kiban-profile-')));
const printed: string[] = [];
let services: Supervised[];

/** A run of two processes that differ in how much `burnLess` takes: two versions of a service. */
beforeAll(async () => {
  jest.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  jest.spyOn(console, 'error').mockImplementation(() => {});
  services = [
    ['version-1', '0.1'],
    ['version-2', '0.9'],
  ].map(([name = '', share = '']) => {
    const script = resolve(import.meta.dirname, 'children/burn.mjs');
    const logFile = join(paths.logs, `${name}.log`);
    const nodeOptions = ['--inspect-port=0'];
    return new Supervised({ name, script, args: [share], nodeOptions, cwd: paths.dir, env: process.env, logFile });
  });
  await Promise.all(services.map((service) => service.start()));
  const processes = services.map((service) => service.describe());
  writeRun(paths.runFile, { main: identify(process.pid)!, gateway: '', ready: true, processes });
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  rmSync(paths.dir, { recursive: true });
});

const fileOf = (name: string) => join(paths.dir, `${name}.cpuprofile`);
const timesOf = (name: string) => selfTimes(JSON.parse(readFileSync(fileOf(name), 'utf8')) as CpuProfile);
/** Of the time of both functions, from 0 to 1. */
const shareOf = (name: string, version: string) => {
  const burning = timesOf(version).filter((time) => time.name.startsWith('burn'));
  const own = burning.find((time) => time.name === name)?.msPerSecond ?? 0;
  return own / burning.reduce((sum, { msPerSecond }) => sum + msPerSecond, 0);
};

describe('npm run profile', () => {
  it('names the functions of a running process that take the time', async () => {
    expect(await profileCommand(['version-1', '--seconds', '1', '--out', fileOf('version-1')], paths)).toBe(0);
    // Not always the first: on a crowded machine V8 counts much of it as its caller's.
    const own = timesOf('version-1').filter(({ file }) => file.endsWith('burn.mjs'));
    expect(own).toContainEqual(expect.objectContaining({ name: 'burn', line: 4 }));
    expect(printed.at(0)).toMatch(/^version-1: [\d.]+ % of one core over 1 s\n\n.*self.*function.*where/);
    expect(printed.at(0)).toMatch(/ burn +\S*burn\.mjs:4/);
  });

  it('shows what changed since an older profile', async () => {
    const compare = ['--compare', fileOf('version-1'), '--json'];
    const args = ['version-2', '--seconds', '1', '--out', fileOf('version-2'), ...compare];
    expect(await profileCommand(args, paths)).toBe(0);
    const { changes } = JSON.parse(printed.at(-1) ?? '') as { changes: { name: string; change: number }[] };
    expect(changes).toContainEqual(expect.objectContaining({ name: 'burnLess', change: expect.any(Number) }));
    // Beside each other: how much of a core both got is not theirs to say.
    expect(shareOf('burnLess', 'version-2')).toBeGreaterThan(shareOf('burnLess', 'version-1'));
  });

  it('leaves no inspector open and the process as it was', async () => {
    const log = readFileSync(join(paths.logs, 'version-1.log'), 'utf8');
    const port = /127\.0\.0\.1:(\d+)/.exec(log)?.[1];
    const closed = () =>
      fetch(`http://127.0.0.1:${port}/json`).then(
        () => false,
        () => true,
      );
    await until(closed, { message: 'the inspector to close' });
    expect(services.map(({ state, restarts }) => [state, restarts])).toEqual([
      ['ready', 0],
      ['ready', 0],
    ]);
    expect(await profileCommand(['version-1', '--seconds', '0.1', '--out', fileOf('again')], paths)).toBe(0);
  });

  it('ends with a sentence when the process ends meanwhile', async () => {
    const attached = () => readFileSync(join(paths.logs, 'version-2.log'), 'utf8').split('Debugger attached').length;
    const before = attached();
    const profiled = profileCommand(['version-2', '--seconds', '1.5', '--out', fileOf('half')], paths);
    await until(() => attached() > before, { message: 'the profile to begin' });
    services[1]?.kill();
    expect(await profiled).toBe(1);
    expect(console.error).toHaveBeenLastCalledWith('the process ended while it was profiled');
    expect(existsSync(fileOf('half'))).toBe(false);
  });

  it('says which services there are', async () => {
    await expect(profileCommand(['nobody'], paths)).rejects.toThrow(
      new UsageError('there is no nobody; running are version-1, version-2'),
    );
    await expect(profileCommand(['version-1', '--compare', '/none'], paths)).rejects.toThrow(/is no CPU profile/);
  });
});
