import events from 'node:events';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { startPostgres } from '@kiban/embedded-postgres';

/** Plain data only: functions of a test file's realm must not be called once Jest has torn the file down. */
interface SharedServer {
  baseUrl: string;
}

/**
 * Jest gives every test file its own modules and globals; Node's own modules are the only objects all files of one
 * worker process share. The server's address is kept on one of them, so that it is started once per process.
 */
const KEY = Symbol.for('kiban.testing.postgres');
const shared = events as unknown as { [KEY]?: Promise<SharedServer> };

/**
 * The server of this process: started at the first call, in memory speed (nothing is synced), thrown away when the
 * process ends, however it ends: the server's watchdog sees it.
 */
export function sharedServer(): Promise<SharedServer> {
  return (shared[KEY] ??= start());
}

async function start(): Promise<SharedServer> {
  const server = await startPostgres({
    dataDir: join(tmpdir(), `kiban-test-${process.pid}-${Date.now().toString(36)}`),
    durable: false,
    ephemeral: true,
    initCache: tmpdir(),
    unref: true,
  });
  return { baseUrl: server.url('') };
}
