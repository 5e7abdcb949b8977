import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { PostgresError } from './postgres-error.ts';
import { startMark } from './processes.ts';

/**
 * Only one process may supervise a state folder. The file names the process and when it started, so that a lock left by
 * a killed process is recognised even after its number was given to another one. Returns the release.
 */
export function lockSupervisor(lockFile: string, directory: string): () => void {
  const own = JSON.stringify({ pid: process.pid, started: startMark(process.pid) });
  for (;;) {
    try {
      writeFileSync(lockFile, own, { flag: 'wx' });
      return () => rmSync(lockFile, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw PostgresError.fromFileSystem(error, directory);
    }
    const holder = readHolder(lockFile);
    if (holder && startMark(holder.pid) === holder.started && holder.started !== undefined)
      throw new PostgresError(
        'already-running',
        `The PostgreSQL in ${directory} is already run by process ${holder.pid}. Use that one, or stop it first.`,
      );
    rmSync(lockFile, { force: true });
  }
}

function readHolder(lockFile: string): { pid: number; started?: string } | undefined {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')) as { pid: number; started?: string };
  } catch {
    return undefined;
  }
}
