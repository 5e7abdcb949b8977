import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeLinks, prepareBinaries } from '../src/binaries.ts';
import { deletePostgres, startPostgres } from '../src/index.ts';
import { findNativeFolder } from '../src/platform-package.ts';
import { postgresUser } from '../src/system-user.ts';
import { failure, initCache, isRoot, query, scratch } from './support.ts';

/** What only root meets; the check runs as root and as an ordinary user. */
const asRoot = (title: string, tests: () => void) => isRoot && describe(title, tests);
const elsewhere = () => scratch(0o755);
let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch(0o700);
});
afterEach(() => place.remove());

/** A copy of the npm package as `npm ci --ignore-scripts` leaves it: without the library links. */
function packageWithoutLinks(): string {
  const native = findNativeFolder();
  const copy = join(place.path, 'package');
  cpSync(join(native, '..'), copy, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
  for (const { target } of links) rmSync(join(copy, target), { force: true });
  return join(copy, 'native');
}

describe('npm ci --ignore-scripts', () => {
  it('gets its library links made, relative, once', () => {
    const native = packageWithoutLinks();
    expect(makeLinks(native)).toBe(true);
    expect(makeLinks(native)).toBe(false);
    const link = join(native, 'lib', 'libicuuc.so.60');
    if (process.platform === 'linux') expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});

asRoot('root with a checkout closed to others (mode 700)', () => {
  it('runs the programs from a copy that others may read, and makes it once', async () => {
    const native = packageWithoutLinks();
    const cache = elsewhere();
    const first = await prepareBinaries(native, postgresUser(), [cache.path]);
    expect(first.home.startsWith(cache.path)).toBe(true);
    expect(first.major).toBe(18);
    const made = statSync(first.home).ino;
    const again = await prepareBinaries(native, postgresUser(), [cache.path]);
    expect(statSync(again.home).ino).toBe(made);
    cache.remove();
  });

  it('does not run programs somebody else put where the copy would be', async () => {
    const native = packageWithoutLinks();
    const cache = elsewhere();
    const { home } = await prepareBinaries(native, postgresUser(), [cache.path]);
    execFileSync('chown', ['nobody', join(home, '..')]);
    const error = await failure(prepareBinaries(native, postgresUser(), [cache.path]));
    expect(error.reason).toBe('binaries-unusable');
    expect(error.output).toContain('is not a folder that Kiban made');
    cache.remove();
  });

  it('keeps the data outside, finds it again, and starts over when the directory was deleted', async () => {
    const dataDir = join(place.path, '.kiban', 'postgres');
    const options = { dataDir, databases: ['content'], initCache, nativeFolder: packageWithoutLinks() };
    let server = await startPostgres(options);
    await query(server, 'content', 'CREATE TABLE kept AS SELECT 42 AS answer');
    await server.stop();
    const { location } = JSON.parse(readFileSync(join(dataDir, 'kiban-postgres.json'), 'utf8')) as { location: string };
    expect(location).toMatch(/^\/var\/lib\/kiban\/postgres-/);

    server = await startPostgres(options);
    expect(await query(server, 'content', 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await server.stop();

    rmSync(join(place.path, '.kiban'), { recursive: true });
    server = await startPostgres(options);
    await expect(query(server, 'content', 'SELECT answer FROM kept')).rejects.toThrow('"kept" does not exist');
    await server.stop();
    await deletePostgres(dataDir);
    expect(existsSync(location)).toBe(false);
  });

  it('clears the data of temporary directories that are gone, of those only', async () => {
    const start = async (name: string) => {
      const dataDir = join(place.path, name, 'postgres');
      await (await startPostgres({ dataDir, initCache })).stop();
      return (JSON.parse(readFileSync(join(dataDir, 'kiban-postgres.json'), 'utf8')) as { location: string }).location;
    };
    const gone = await start('gone');
    const kept = await start('kept');
    rmSync(join(place.path, 'gone'), { recursive: true });
    const next = await start('next');
    expect([existsSync(gone), existsSync(kept), existsSync(next)]).toEqual([false, true, true]);
    await deletePostgres(join(place.path, 'kept', 'postgres'));
    await deletePostgres(join(place.path, 'next', 'postgres'));
  });

  it('takes the data along when the directory was open before', async () => {
    const dataDir = join(place.path, 'postgres');
    execFileSync('chmod', ['755', place.path]);
    let server = await startPostgres({ dataDir, databases: ['content'], initCache });
    await query(server, 'content', 'CREATE TABLE kept AS SELECT 42 AS answer');
    await server.stop();
    expect(existsSync(join(dataDir, 'data'))).toBe(true);

    execFileSync('chmod', ['700', place.path]);
    server = await startPostgres({ dataDir });
    expect(existsSync(join(dataDir, 'data'))).toBe(false);
    expect(await query(server, 'content', 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await server.stop();
    await deletePostgres(dataDir);
  });
});

asRoot('root with data of an ordinary user', () => {
  it('runs the server as that user', async () => {
    const open = elsewhere();
    const dataDir = join(open.path, 'postgres');
    await (await startPostgres({ dataDir, initCache })).stop();
    execFileSync('chown', ['-R', '54321:54321', dataDir]);
    const server = await startPostgres({ dataDir });
    expect(statSync(`/proc/${server.pid}`).uid).toBe(54321);
    await server.stop();
    open.remove();
  });
});

asRoot('a full disk', () => {
  it('gives one sentence that says what to do, and a start with room again works', async () => {
    const disk = elsewhere();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=755', 'tmpfs', disk.path], { stdio: 'ignore' });
    } catch {
      return disk.remove(); // No right to mount (a container): nothing to try it on.
    }
    try {
      const error = await failure(startPostgres({ dataDir: join(disk.path, 'postgres') }));
      expect(error.reason).toBe('disk-full');
      expect(error.message).toMatch(/^The disk is full: PostgreSQL cannot write to .* Free at least 100 MB/);
      execFileSync('mount', ['-o', 'remount,size=200m', disk.path]);
      await (await startPostgres({ dataDir: join(disk.path, 'postgres') })).stop();
    } finally {
      execFileSync('umount', [disk.path]);
      disk.remove();
    }
  });
});
