import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Binaries, program } from './binaries.ts';
import { copyFromCache, copyToCache } from './init-cache.ts';
import { PostgresError } from './postgres-error.ts';
import { run } from './run.ts';
import type { StateFolder } from './state-folder.ts';
import type { SystemUser } from './system-user.ts';

/** Written into the data directory as the last step: a directory without it is half-written. */
const STAMP = 'kiban.json';
const STAGING = 'staging-';

export interface InitialiseOptions {
  durable: boolean;
  /** Directory that keeps a fresh data directory per version, to be copied instead of running initdb. For tests. */
  cache?: string;
  onLog: (line: string) => void;
}

/** Makes the data directory if there is none, checks it if there is one, and returns the superuser's password. */
export async function ensureInitialised(
  folder: StateFolder,
  binaries: Binaries,
  user: SystemUser | undefined,
  options: InitialiseOptions,
): Promise<string> {
  removeStaging(folder);
  if (existsSync(folder.data) && !hasStamp(folder.data)) {
    const aside = `${folder.data}.unfinished-${Date.now()}`;
    renameSync(folder.data, aside);
    options.onLog(`${folder.data} was only half written; it was moved to ${aside} and is made anew`);
  }
  if (!existsSync(folder.data)) return create(folder, binaries, user, options);
  checkVersion(folder, binaries);
  return readPassword(folder);
}

function hasStamp(data: string): boolean {
  try {
    readFileSync(join(data, STAMP));
    return true;
  } catch (error) {
    // Data that this user may not read is not half-written.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function removeStaging(folder: StateFolder): void {
  for (const name of readdirSync(folder.location))
    if (name.startsWith(STAGING)) rmSync(join(folder.location, name), { recursive: true, force: true });
}

function checkVersion({ data, directory }: StateFolder, binaries: Binaries): void {
  const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (Number(version) === binaries.major) return;
  throw new PostgresError(
    'wrong-version',
    `The data in ${directory} was written by PostgreSQL ${version}, and this is PostgreSQL ${binaries.version}, which cannot read it. Delete the directory to start over, or go back to the version before and export what you need.`,
  );
}

function readPassword({ passwordFile, directory }: StateFolder): string {
  try {
    return readFileSync(passwordFile, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new PostgresError(
      'password-missing',
      `${passwordFile} is gone, and without it nobody can log in to the databases. Restore it, or delete ${directory} to start over.`,
    );
  }
}

async function create(
  folder: StateFolder,
  binaries: Binaries,
  user: SystemUser | undefined,
  options: InitialiseOptions,
): Promise<string> {
  // Made under another name and renamed, so that a kill or a power cut in the middle leaves nothing to mistake for data.
  const staging = mkdtempSync(join(folder.location, STAGING));
  const cached =
    options.cache && join(options.cache, `kiban-initdb-${process.getuid?.() ?? 'user'}-${binaries.version}`);
  let password = cached && copyFromCache(cached, staging, user);
  if (!password) {
    password = randomBytes(24).toString('hex');
    await initdb(staging, password, binaries, user, options.durable);
    writeFileSync(join(staging, STAMP), `${JSON.stringify({ version: binaries.version, created: new Date() })}\n`);
    if (cached) copyToCache(staging, cached, password);
  }
  writeFileSync(folder.passwordFile, `${password}\n`, { mode: 0o600 });
  renameSync(staging, folder.data);
  return password;
}

async function initdb(
  staging: string,
  password: string,
  binaries: Binaries,
  user: SystemUser | undefined,
  durable: boolean,
): Promise<void> {
  const passwordFile = `${staging}.password`;
  try {
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (user) for (const path of [staging, passwordFile]) chownSync(path, user.uid, user.gid);
    const args = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-instructions'];
    args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
    args.push('--wal-segsize=4', ...(durable ? [] : ['--no-sync']), '-D', staging);
    const result = await run(program(binaries, 'initdb'), args, user);
    if (result.code !== 0) {
      rmSync(staging, { recursive: true, force: true });
      throw PostgresError.fromOutput(result.stderr + result.stdout, 'Making the database files', {
        directory: staging,
      });
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
