import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { type Binaries, program } from './binaries.ts';
import { readFrom } from './follow-file.ts';
import { readPostmasterFile, stopProcess } from './orphan.ts';
import { PostgresError } from './postgres-error.ts';
import { signal, waitUntil } from './processes.ts';
import { run, spawnOptions } from './run.ts';
import { settingArguments } from './settings.ts';
import type { StateFolder } from './state-folder.ts';
import type { SystemUser } from './system-user.ts';

const LOG_LIMIT_BYTES = 5 * 1024 * 1024;

export interface ServerProcess {
  pid: number;
  /** Where this run's lines begin in the log file. */
  logOffset: number;
  /** Settles when the server has ended, for whatever reason. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stop(how: 'fast' | 'immediate'): Promise<void>;
}

/**
 * Starts the server and waits until it accepts connections. `onSpawn` gets its process id at once; what it returns is
 * called when the process has ended.
 */
export async function startServer(
  folder: StateFolder,
  binaries: Binaries,
  user: SystemUser | undefined,
  settings: Record<string, string>,
  { unref, timeoutMs, onSpawn }: { unref: boolean; timeoutMs: number; onSpawn: (pid: number) => () => void },
): Promise<ServerProcess> {
  const log = openLog(folder.logFile);
  const child = spawn(program(binaries, 'postgres'), ['-D', folder.data, ...settingArguments(settings)], {
    ...spawnOptions(user),
    // Out of the terminal's process group: at Ctrl-C the services go first, the database last.
    detached: true,
    // A file, not a pipe: the server neither stalls when we are busy nor breaks when we die.
    stdio: ['ignore', log.handle, log.handle],
  });
  closeSync(log.handle);
  let ended: { code: number | null; signal: NodeJS.Signals | null } | undefined;
  let spawnError: Error | undefined;
  const exited = new Promise<NonNullable<typeof ended>>((resolve) => {
    child.on('exit', (code, signal) => resolve((ended = { code, signal })));
    child.on('error', (error) => {
      spawnError = error;
      resolve((ended = { code: -1, signal: null }));
    });
  });
  if (unref) child.unref();
  if (child.pid) void exited.then(onSpawn(child.pid));

  const place = { directory: folder.data, port: Number(settings['port']) };
  const ready = () => {
    const file = readPostmasterFile(folder.data);
    return ended !== undefined || (file !== undefined && file.pid === child.pid && file.status === 'ready');
  };
  const inTime = await waitUntil(ready, timeoutMs, 5);
  if (!inTime && child.pid) signal(child.pid, 'SIGQUIT');
  if (ended || !inTime || !child.pid) {
    const output = readFrom(folder.logFile, log.offset).toString() || String(spawnError ?? '');
    throw PostgresError.fromOutput(output, inTime ? 'PostgreSQL' : `PostgreSQL (not ready in ${timeoutMs} ms)`, place);
  }
  const pid = child.pid;
  const stop = async (how: 'fast' | 'immediate'): Promise<void> => {
    if (ended) return;
    const gone = () => ended !== undefined;
    if (process.platform === 'win32')
      await run(program(binaries, 'pg_ctl'), ['stop', '-D', folder.data, '-m', how, '-w']);
    else if (how === 'immediate') signal(pid, 'SIGQUIT');
    await stopProcess(pid, gone, how === 'fast' ? 10_000 : 3_000);
  };
  return { pid, logOffset: log.offset, exited, stop };
}

function openLog(file: string): { handle: number; offset: number } {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return { handle: openSync(file, 'a', 0o600), offset: size > LOG_LIMIT_BYTES ? 0 : size };
}
