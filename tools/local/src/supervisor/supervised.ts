import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { shortPath } from '../paths.ts';
import { StartError } from '../start-error.ts';
import { identify, type ProcessIdentity } from '../state/process-identity.ts';
import type { RunProcess } from '../state/run-file.ts';
import { Backoff } from './backoff.ts';
import { lastWords, openLog } from './log-file.ts';

export interface SupervisedOptions {
  readonly name: string;
  /** The script that Node runs, and its arguments. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Options of Node itself, for example a heap limit. */
  readonly nodeOptions?: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Its standard output and error. */
  readonly logFile: string;
  /** How long it may take until it says that it is ready. Default 60 s. */
  readonly readyMs?: number;
  /** How long it may take to end in order. Default 8 s. */
  readonly graceMs?: number;
  /** Called at every change. */
  readonly onChange?: (process: Supervised) => void;
}

export type SupervisedState = 'new' | 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped';

/** What a process sends over IPC once it can serve: `event: 'ready'` and its addresses by protocol. */
type ReadyMessage = Readonly<Record<string, unknown>> & { readonly event: 'ready' };

const EXIT_WITH_PARENT = pathToFileURL(resolve(import.meta.dirname, 'exit-with-parent.mjs')).href;
/** Ends before it was ever ready that are tolerated: a database may need a moment more. */
const FIRST_TRIES = 3;
/** What a process exits with when its configuration is wrong: trying again is no use. */
const BAD_CONFIGURATION = 2;

/** One child process, started again with growing pauses whenever it ends without being told to. */
export class Supervised {
  readonly name: string;
  readonly #options: SupervisedOptions;
  readonly #backoff = new Backoff();
  readonly #first = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #exited: Promise<void> = Promise.resolve();
  #restartTimer: NodeJS.Timeout | undefined;
  #state: SupervisedState = 'new';
  #addresses: Readonly<Record<string, string>> = {};
  #restarts = 0;
  #reason: string | undefined;
  #everReady = false;

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.#options = options;
    // Whoever starts it waits for this; when nobody does, a failure must not end the runner.
    this.#first.promise.catch(() => {});
  }

  get state(): SupervisedState {
    return this.#state;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Why it ended the last time. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** What it said when it became ready. */
  get addresses(): Readonly<Record<string, string>> {
    return this.#addresses;
  }

  describe(): RunProcess {
    return {
      name: this.name,
      ...(this.#identity ? { identity: this.#identity } : {}),
      addresses: this.#addresses,
      state: this.#state,
      restarts: this.#restarts,
      ...(this.#reason ? { reason: this.#reason } : {}),
    };
  }

  /** Starts it; resolves when it is ready for the first time. Throws StartError when it does not get there. */
  start(): Promise<void> {
    if (this.#state === 'new') this.#spawn();
    return this.#first.promise;
  }

  /** Ends it: SIGTERM, then SIGKILL after the grace. Resolves when it is gone; it is not started again. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    clearTimeout(this.#restartTimer);
    this.#change('stopping');
    this.#child?.kill('SIGTERM');
    const force = setTimeout(() => this.kill(), this.#options.graceMs ?? 8_000);
    await this.#exited;
    clearTimeout(force);
    this.#change('stopped');
    this.#first.reject(new StartError(`${this.name} was stopped before it was ready.`));
  }

  /** Ends it at once, without a grace. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #spawn(): void {
    const { script, args = [], nodeOptions = [], cwd, env, logFile, readyMs = 60_000 } = this.#options;
    const log = openLog(logFile);
    const started = performance.now();
    const child = spawn(process.execPath, [...nodeOptions, '--import', EXIT_WITH_PARENT, script, ...args], {
      cwd,
      env,
      stdio: ['ignore', log, log, 'ipc'],
      // Ctrl-C in a terminal goes to the whole process group: the order of stopping is ours only outside of it.
      detached: true,
      windowsHide: true,
    });
    closeSync(log);
    this.#child = child;
    this.#identity = child.pid === undefined ? undefined : identify(child.pid);
    const slow = setTimeout(() => {
      this.#reason = `not ready within ${readyMs / 1000} s`;
      this.kill();
    }, readyMs);
    child.on('message', (message) => {
      if (!isReady(message)) return;
      clearTimeout(slow);
      this.#addresses = addressesOf(message);
      this.#everReady = true;
      this.#change('ready');
      this.#first.resolve();
    });
    const exited = Promise.withResolvers<void>();
    this.#exited = exited.promise;
    let ended = false;
    const end = (why: string, code: number | null) => {
      if (ended) return;
      ended = true;
      clearTimeout(slow);
      this.#child = undefined;
      this.#identity = undefined;
      exited.resolve();
      this.#onExit(why, code, performance.now() - started);
    };
    child.once('error', (error) => end(error.message, null));
    child.once('exit', (code, name) => end(name ? `ended by ${name}` : `ended with code ${code}`, code));
    this.#change('starting');
  }

  #onExit(why: string, code: number | null, upMs: number): void {
    if (this.#state === 'stopping' || this.#state === 'stopped') return;
    const words = lastWords(this.#options.logFile);
    const late = this.#state !== 'ready' && this.#reason?.startsWith('not ready within') ? this.#reason : undefined;
    this.#reason = late ?? (code === null || !words ? why : `${why}: ${words}`);
    const pause = this.#backoff.next(upMs);
    const hopeless = code === BAD_CONFIGURATION || this.#backoff.failures >= FIRST_TRIES;
    if (!this.#everReady && hopeless) {
      this.#change('stopped');
      const where = shortPath(this.#options.logFile);
      this.#first.reject(new StartError(`${this.name} did not start (${this.#reason}): ${where} holds its log.`));
      return;
    }
    this.#restarts += 1;
    this.#change('restarting');
    this.#restartTimer = setTimeout(() => this.#spawn(), pause);
  }

  #change(state: SupervisedState): void {
    this.#state = state;
    this.#options.onChange?.(this);
  }
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && (message as { event?: unknown }).event === 'ready';
}

function addressesOf(message: ReadyMessage): Readonly<Record<string, string>> {
  const texts = Object.entries(message).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts.filter(([key]) => key !== 'event' && key !== 'service'));
}
