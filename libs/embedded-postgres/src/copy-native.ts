import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { PostgresError } from './postgres-error.ts';

/**
 * Copies the folder `native` to `<target>/native`, readable by everybody, and returns that path. Other processes see
 * the whole copy or none: it is made under another name and renamed. A copy that is already there is used as it is.
 */
export function copyNative(native: string, target: string, makeLinks: (native: string) => boolean): string {
  const home = join(target, 'native');
  if (isOurs(target)) return home;
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  const staging = `${target}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    // Static libraries serve compilers only, and are a fifth of the size.
    cpSync(native, join(staging, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (f) => extname(f) !== '.a',
    });
    makeLinks(join(staging, 'native'));
    openToAll(staging);
    renameSync(staging, target);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    if (!isOurs(target)) throw error;
  }
  return home;
}

/**
 * Temporary directories are shared: somebody else could have put programs of theirs under the name we look for.
 * Ours belongs to us and only we may write in it.
 */
function isOurs(directory: string): boolean {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  if (!stat) return false;
  const uid = process.getuid?.();
  if (stat.isDirectory() && (uid === undefined || (stat.uid === uid && (stat.mode & 0o022) === 0))) return true;
  throw new PostgresError('not-ours', `${directory} is not a folder that Kiban made. Delete it.`);
}

function openToAll(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  if (stat.isDirectory()) {
    chmodSync(path, 0o755);
    for (const name of readdirSync(path)) openToAll(join(path, name));
  } else {
    chmodSync(path, (stat.mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
