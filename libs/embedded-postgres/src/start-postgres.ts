import { rmSync } from 'node:fs';
import { prepareBinaries } from './binaries.ts';
import { createDatabases } from './databases.ts';
import { followFile } from './follow-file.ts';
import { freePort } from './free-port.ts';
import { ensureInitialised } from './initialise.ts';
import { stopOrphan } from './orphan.ts';
import { findNativeFolder } from './platform-package.ts';
import { PostgresError } from './postgres-error.ts';
import { serverSettings } from './settings.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { claimStateFolder, ownerOfData } from './state-folder.ts';
import { lockSupervisor } from './supervisor-lock.ts';
import { postgresUser } from './system-user.ts';
import { watch } from './watchdog.ts';

export interface StartPostgresOptions {
  /** Directory of this server's files; made when absent. One that holds foreign files is refused. */
  dataDir: string;
  /** TCP port on 127.0.0.1. Default 0: a free one. */
  port?: number;
  /** Databases to create when they are missing. Default none. */
  databases?: readonly string[];
  /** Default true. False gives up safety against power loss for speed: for tests. */
  durable?: boolean;
  /** Delete `dataDir` when the server stops or this process dies. Default false. */
  ephemeral?: boolean;
  /** Directory where a fresh data directory is kept and copied from, to save initdb (0.5 s). For tests. Default none. */
  initCache?: string;
  /** Let this process end while the server runs (the server then ends too). Default false. */
  unref?: boolean;
  /** How long the server may take to accept connections, recovery included. Default 60,000 ms. */
  timeoutMs?: number;
  /** Lines for a log: what the supervisor did, and what the server wrote. */
  onLog?: (line: string) => void;
  /** Directory with PostgreSQL's bin, lib and share. Default: the npm package for this machine. */
  nativeFolder?: string;
}

export interface RunningPostgres {
  /** Connection string, password included, of one of its databases. */
  url(database: string): string;
  port: number;
  pid: number;
  /** For example "18.4". */
  version: string;
  logFile: string;
  /** Settles when the server has ended; `expected` is false when it was not stop() that ended it. */
  exited: Promise<{ expected: boolean; code: number | null; signal: NodeJS.Signals | null }>;
  /** Stops it: clients are cut, everything committed is kept. Takes at most 17 s; calling it again is harmless. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL of our own and resolves when it accepts connections. A server left over by a killed process is
 * stopped first. Rejects with PostgresError, whose message says what to do.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  const { durable = true, ephemeral = false, unref = false, onLog = () => undefined } = options;
  const user = ownerOfData(options.dataDir) ?? postgresUser();
  const binaries = await prepareBinaries(options.nativeFolder ?? findNativeFolder(), user);
  const folder = await claimStateFolder(options.dataDir, user);
  const remove = ephemeral ? [...new Set([folder.directory, folder.location])] : [];
  const clear = () => remove.forEach((path) => rmSync(path, { recursive: true, force: true }));
  const release = lockSupervisor(folder.lockFile, folder.directory);
  try {
    const orphan = await stopOrphan(folder.data);
    if (orphan) onLog(`stopped PostgreSQL process ${orphan}, left running by an earlier run that was killed`);
    const cache = options.initCache;
    const password = await ensureInitialised(folder, binaries, user, { durable, onLog, ...(cache && { cache }) });
    const { server, port } = await startOnPort();
    const stopFollowing = options.onLog ? followFile(folder.logFile, server.logOffset, onLog) : () => undefined;
    const url = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;

    let stopping: Promise<void> | undefined;
    const exited = server.exited.then((how) => {
      stopFollowing();
      release();
      return { expected: stopping !== undefined, ...how };
    });
    const stop = () =>
      (stopping ??= server
        .stop(ephemeral ? 'immediate' : 'fast')
        .then(() => exited)
        .then(clear));
    try {
      await createDatabases(url('postgres'), options.databases ?? []);
    } catch (error) {
      await stop();
      throw error;
    }
    return { url, port, pid: server.pid, version: binaries.version, logFile: folder.logFile, exited, stop };
  } catch (error) {
    release();
    clear();
    throw PostgresError.fromFileSystem(error, folder.directory);
  }

  async function startOnPort(): Promise<{ server: ServerProcess; port: number }> {
    const onSpawn = (pid: number) => watch(pid, ephemeral ? 'QUIT' : 'INT', remove, unref);
    const { timeoutMs = 60_000 } = options;
    for (let attempt = 1; ; attempt++) {
      const port = options.port || (await freePort());
      try {
        const settings = serverSettings({ port, durable });
        const control = { unref, timeoutMs, onSpawn };
        return { server: await startServer(folder, binaries, user, settings, control), port };
      } catch (error) {
        // Between finding a free port and using it, another program may take it.
        const lostRace = error instanceof PostgresError && error.reason === 'port-in-use' && !options.port;
        if (!lostRace || attempt === 5) throw error;
      }
    }
  }
}
