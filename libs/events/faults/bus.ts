import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@kiban/embedded-postgres';
import { applyTopology, type Topology } from '@kiban/pubsub';

export interface Bus {
  /** `host:port`, the same after a restart. */
  readonly host: string;
  /** kill -9; what it acknowledged is in its files. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The embedded Pub/Sub in a process of its own, with topics and subscriptions.
 * @param keep its state on disk, as `npm start` does; without, a restart is empty
 */
export async function startBus(topology: Topology, keep = true): Promise<Bus> {
  const folder = mkdtempSync(join(tmpdir(), 'kiban-bus-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  let child = await start();
  await applyTopology(topology, { emulatorHost: host });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  return {
    host,
    kill,
    async restart() {
      child = await start();
    },
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  function start(): Promise<ChildProcess> {
    const started = fork(join(import.meta.dirname, 'bus-process.ts'), [String(port), ...(keep ? [folder] : [])], {
      execArgv: ['--conditions=@kiban/source'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    return new Promise((resolve, reject) => {
      started.once('message', () => resolve(started));
      started.once('exit', (code) => reject(new Error(`the embedded Pub/Sub ended with ${code} before it was ready`)));
    });
  }
}
