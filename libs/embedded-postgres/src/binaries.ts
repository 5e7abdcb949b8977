import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { copyNative } from './copy-native.ts';
import { PostgresError } from './postgres-error.ts';
import { run } from './run.ts';
import type { SystemUser } from './system-user.ts';

/** PostgreSQL's programs, checked to start under the account that will run them. */
export interface Binaries {
  /** Folder with bin, lib, share. */
  home: string;
  /** For example "18.4". */
  version: string;
  major: number;
}

/** Path of one of the programs. */
export function program(binaries: Binaries, name: 'initdb' | 'postgres' | 'pg_ctl'): string {
  return join(binaries.home, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/**
 * Finds a folder from which PostgreSQL really starts as the given account: node_modules as it is; else node_modules
 * with the library links npm leaves out under --ignore-scripts; else a copy that everybody may read (root's home is
 * closed to others, node_modules may be read-only). Each is tried by running `postgres --version` from it.
 */
export async function prepareBinaries(
  native: string,
  user: SystemUser | undefined,
  cacheParents: readonly string[] = defaultCacheParents(),
): Promise<Binaries> {
  const inPlace = (await probe(native, user)).binaries;
  if (inPlace) return inPlace;
  if (makeLinks(native)) {
    const linked = (await probe(native, user)).binaries;
    if (linked) return linked;
  }
  const failures: string[] = [];
  for (const parent of cacheParents) {
    try {
      const copy = copyNative(native, join(parent, cacheName(native)), makeLinks);
      const { binaries, problem } = await probe(copy, user);
      if (binaries) return binaries;
      failures.push(`${copy}: ${problem}`);
    } catch (error) {
      const typed = PostgresError.fromFileSystem(error, parent);
      if (typed instanceof PostgresError && typed.reason === 'disk-full') throw typed;
      failures.push(`${parent}: ${typed instanceof Error ? typed.message : String(typed)}`);
    }
  }
  throw new PostgresError(
    'binaries-unusable',
    `PostgreSQL from ${native} does not start${user ? ` as ${user.name}` : ''}, nor do copies of it. It needs glibc and a temporary directory that allows programs (set TMPDIR); or set DATABASE_URL_<SERVICE>.`,
    { output: failures.join('\n') },
  );
}

/** A cache folder first: systems clear old files from temporary directories, and would leave half of a copy. */
function defaultCacheParents(): string[] {
  if (process.platform === 'win32') return [tmpdir()];
  const lasting =
    process.getuid?.() === 0
      ? '/var/cache/kiban'
      : join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kiban');
  return [lasting, tmpdir(), '/var/tmp'];
}

/** One name per owner and package version: checkouts share a copy, an upgrade makes its own. */
function cacheName(native: string): string {
  const manifest = readFileSync(join(dirname(native), 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const hash = createHash('sha256').update(manifest).digest('hex').slice(0, 10);
  return `kiban-postgres-${process.getuid?.() ?? 'user'}-${version}-${hash}`;
}

async function probe(home: string, user: SystemUser | undefined): Promise<{ binaries?: Binaries; problem: string }> {
  const postgres = program({ home, version: '', major: 0 }, 'postgres');
  const result = await run(postgres, ['--version'], user);
  const version = /PostgreSQL\)?\s+((\d+)[.\w]*)/.exec(result.stdout);
  if (result.code !== 0 || !version?.[1]) return { problem: result.stderr.trim() || `exit ${result.code}` };
  return { binaries: { home, version: version[1], major: Number(version[2]) }, problem: '' };
}

/**
 * Makes the library links listed in pg-symlinks.json (an npm package cannot hold links; its own install script would
 * make them). True when at least one was missing and was made.
 */
export function makeLinks(native: string): boolean {
  let made = false;
  for (const { source, target } of readLinks(native)) {
    const link = join(dirname(native), target);
    const to = join(relative(dirname(target), dirname(source)), basename(source));
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(to, link);
      made = true;
    } catch (error) {
      // Another process made it first, or node_modules is read-only: the probe that follows decides.
      if (!['EEXIST', 'EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return made;
}

function readLinks(native: string): { source: string; target: string }[] {
  try {
    return JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  } catch {
    return [];
  }
}
