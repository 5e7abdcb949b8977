import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deletePostgres } from '@kiban/embedded-postgres';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '@kiban/testing';
import { Databases } from '../src/platform/databases.ts';
import { isAlive } from '../src/state/process-identity.ts';

let dir: string;
let dataDir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kiban-databases-'));
  chmodSync(dir, 0o755); // PostgreSQL, which never runs as root, has to reach its data
  dataDir = join(dir, 'postgres');
});
afterEach(async () => {
  await deletePostgres(dataDir);
  rmSync(dir, { recursive: true });
});

it('starts a killed PostgreSQL again, and leaves none behind when it is stopped meanwhile', async () => {
  const seen: string[] = [];
  const databases: Databases = new Databases({
    dataDir,
    logFile: join(dir, 'postgres.log'),
    needed: new Set(['content']),
    onChange: () => seen.push(databases.describe().state),
  });
  await databases.start();
  const kill = async () => {
    process.kill(databases.describe().identity!.pid, 'SIGKILL');
    await until(() => databases.describe().state === 'restarting', { message: 'its end' });
  };
  await kill();
  await until(() => databases.describe().state === 'ready', { timeoutMs: 20_000, message: 'the second start' });
  await kill();
  let again = databases.describe().identity;
  const watch = setInterval(() => (again ??= databases.describe().identity), 1);
  await databases.stop();
  clearInterval(watch);
  expect(again && isAlive(again)).not.toBe(true);
  expect(seen.at(-1)).toBe('stopped');
  await expect(databases.start()).resolves.toBeUndefined();
  await databases.stop();
}, 60_000);
