import { type ChildProcess, fork } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@kiban/embedded-postgres';
import { applyTopology, resourceNames, type Topology } from '@kiban/pubsub';
import { startPubSubEmulator } from '@kiban/pubsub-emulator';

/** A message that a subscription has not seen acknowledged. */
export interface Unacknowledged {
  /** `ce-id` of the event. */
  readonly id: string;
  /** A consumer has it, or had it when it died. */
  readonly leased: boolean;
  /** How often it was delivered. */
  readonly deliveries: number;
}

export interface Bus {
  /** `host:port`, the same after a restart. */
  readonly host: string;
  /** Process id; another one after a restart. */
  readonly pid: number;
  /** kill -9; what it acknowledged is in its files. */
  kill(): Promise<void>;
  /** What it holds for a subscription, and will deliver again unless it is acknowledged in time. Works while it is killed, too. */
  unacknowledged(subscription: string): Promise<Unacknowledged[]>;
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
  let admin = '';
  let child = await start();
  await applyTopology(topology, { emulatorHost: host });
  const dead = () => child.exitCode !== null || child.signalCode !== null;
  const kill = async () => {
    if (dead()) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  return {
    host,
    get pid() {
      return child.pid ?? 0;
    },
    kill,
    unacknowledged: (subscription) => (dead() ? inFiles(folder, subscription) : unacknowledgedOf(admin, subscription)),
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
      started.once('message', (address) => {
        admin = address as string;
        resolve(started);
      });
      started.once('exit', (code) => reject(new Error(`the embedded Pub/Sub ended with ${code} before it was ready`)));
    });
  }
}

/** The most that its admin door lists. */
const MAX_LISTED = 10_000;

async function unacknowledgedOf(admin: string, subscription: string): Promise<Unacknowledged[]> {
  const name = encodeURIComponent(resourceNames({}).subscription(subscription));
  const answer = await fetch(`http://${admin}/api/messages?subscription=${name}&limit=${MAX_LISTED}`);
  const messages = (await answer.json()) as { attributes: Record<string, string>; state: string; deliveries: number }[];
  return messages.map(({ attributes, state, deliveries }) => ({
    id: attributes['ce-id'] ?? '',
    leased: state === 'leased',
    deliveries,
  }));
}

/** Asks another one that reads a copy of its files. */
async function inFiles(folder: string, subscription: string): Promise<Unacknowledged[]> {
  const copy = mkdtempSync(join(tmpdir(), 'kiban-bus-copy-'));
  cpSync(folder, copy, { recursive: true });
  const reader = await startPubSubEmulator({ stateDir: copy });
  const messages = await unacknowledgedOf(reader.admin, subscription);
  await reader.close();
  rmSync(copy, { recursive: true, force: true });
  return messages;
}
