import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PostgresError } from './postgres-error.ts';
import { commandOf, isAlive, signal, startMark, waitUntil } from './processes.ts';

/** What a running server writes in its data directory. Source: storage/pidfile.h of PostgreSQL. */
export interface PostmasterFile {
  pid: number;
  port: number;
  /** "starting", "ready", "stopping" and so on. */
  status: string;
}

/** Reads postmaster.pid; undefined when there is none or it is not complete yet. */
export function readPostmasterFile(data: string): PostmasterFile | undefined {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return pid > 0 ? { pid, port: Number(lines[3]), status: lines[7]?.trim() ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Stops a server that was left running on the data directory when its supervisor was killed. It is stopped, not
 * adopted: a clean stop takes a fraction of a second and loses nothing, while an adopted one keeps settings, a log and
 * clients of another life. Returns the id of the stopped process.
 *
 * A leftover postmaster.pid whose number now belongs to another program is removed: PostgreSQL would refuse to start.
 */
export async function stopOrphan(data: string): Promise<number | undefined> {
  const found = readPostmasterFile(data);
  if (!found) return undefined;
  const { pid } = found;
  if (!startMark(pid) || !isAlive(pid)) return undefined;
  const command = commandOf(pid);
  if (!command.includes('postgres') || !command.includes(data)) {
    rmSync(join(data, 'postmaster.pid'), { force: true });
    return undefined;
  }
  if (await stopProcess(pid, () => startMark(pid) === undefined)) return pid;
  throw new PostgresError(
    'already-running',
    `A PostgreSQL from an earlier run (process ${pid}) still uses ${data} and does not stop. End it with: kill -9 ${pid}`,
  );
}

/** Asks a server to stop: fast (clients are cut, nothing is lost), then at once. False when it outlives both. */
export async function stopProcess(pid: number, gone: () => boolean, fastMs = 10_000): Promise<boolean> {
  signal(pid, 'SIGINT');
  if (await waitUntil(gone, fastMs)) return true;
  signal(pid, 'SIGQUIT');
  if (await waitUntil(gone, 5_000)) return true;
  signal(pid, 'SIGKILL');
  return waitUntil(gone, 2_000);
}
