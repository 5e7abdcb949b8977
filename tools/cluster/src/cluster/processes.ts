import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from '../cluster-error.ts';

const STOP_MS = 10_000;

/** The programs of one cluster. Each writes to a log of its own; they stop in the reverse order, by their pids. */
export class Processes {
  readonly #state: string;
  readonly #running = new Map<string, ChildProcess>();

  constructor(state: string) {
    this.#state = state;
  }

  start(name: string, file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    const log = openSync(this.#log(name), 'a');
    const child = spawn(file, args, { stdio: ['ignore', log, log], env: { ...process.env, ...env }, cwd: this.#state });
    child.on('error', () => undefined); // `until` finds it gone
    this.#running.set(name, child);
  }

  /** Asks until `ready` holds; says why when the program ended or the time is over. */
  async until(name: string, ready: () => Promise<boolean>, timeoutMs = 90_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!(await ready().catch(() => false))) {
      const gone = this.#running.get(name)?.exitCode ?? null;
      if (gone !== null || Date.now() > end) {
        const tail = readFileSync(this.#log(name), 'utf8').split('\n').slice(-8).join('\n');
        throw new ClusterError(`${name} ${gone === null ? 'is not ready' : `ended with ${gone}`}:\n${tail}`);
      }
      await sleep(100);
    }
  }

  async stop(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#running.get(name);
    this.#running.delete(name);
    if (child === undefined || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  }

  async stopAll(): Promise<void> {
    for (const name of [...this.#running.keys()].toReversed()) await this.stop(name);
  }

  #log(name: string): string {
    return join(this.#state, `${name}.log`);
  }
}
