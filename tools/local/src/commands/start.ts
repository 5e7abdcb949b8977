import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkMachine } from '../platform/check-machine.ts';
import { findLauncher, watchLauncher } from '../platform/launcher.ts';
import { Platform } from '../platform/platform.ts';
import { type ScriptRun, runScript } from '../platform/run-script.ts';
import { ROOT, type StatePaths } from '../paths.ts';
import { messageOf } from '../start-error.ts';
import { type StartOptions, startOptions } from '../start-options.ts';
import { claimRun } from '../state/claim-run.ts';
import { identify } from '../state/process-identity.ts';
import { removeRun, type Run, writeRun } from '../state/run-file.ts';
import { jsonReporter, type Reporter, textReporter } from '../view/reporter.ts';
import { statusRows } from '../view/status-table.ts';

/** What seeding goes through. */
const SEED_NEEDS = ['content', 'recommendation', 'bff', 'gateway'];
/** Ends by these are wishes, not failures. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `npm start`: brings the platform up and stays until told to stop. Answers the exit code. */
export async function startCommand(args: readonly string[], paths: StatePaths): Promise<number> {
  const options = startOptions(args);
  const reporter = options.json ? jsonReporter() : textReporter();
  // The reader of our output may go away first; that must not end the run half-way.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  try {
    await prepare(options, paths, reporter);
    return await new Session(options, paths, reporter).run();
  } catch (error) {
    reporter.error(messageOf(error));
    return 1;
  }
}

async function prepare(options: StartOptions, paths: StatePaths, reporter: Reporter): Promise<void> {
  const cleared = await claimRun(paths.runFile);
  if (cleared.length) reporter.step('leftovers', `ended what an earlier run left behind: ${cleared.join(', ')}`);
  await checkMachine(paths, options.port);
  if (!options.fresh) return;
  for (const part of [paths.postgres, paths.pubsub, paths.keys, join(paths.dir, 'seed.json')]) {
    rmSync(part, { recursive: true, force: true });
  }
}

/** One run, from the first process to the last. */
class Session {
  readonly #options: StartOptions;
  readonly #paths: StatePaths;
  readonly #reporter: Reporter;
  readonly #platform: Platform;
  readonly #began = performance.now();
  readonly #gateway: string;
  readonly #launcher = findLauncher();
  readonly #ended = Promise.withResolvers<void>();
  #ready = false;
  #stopping = false;
  #seeding: ScriptRun | undefined;

  constructor(options: StartOptions, paths: StatePaths, reporter: Reporter) {
    this.#options = options;
    this.#paths = paths;
    this.#reporter = reporter;
    this.#gateway = `http://127.0.0.1:${options.port}`;
    this.#platform = new Platform({ ...options, paths, reporter, onChange: () => this.#note() });
  }

  /** Resolves with the exit code when everything has ended. */
  async run(): Promise<number> {
    const stopWatching = watchLauncher(this.#launcher, () => this.#stop());
    for (const name of SIGNALS) process.on(name, () => this.#onSignal());
    this.#note();
    let failure: unknown;
    try {
      await Promise.race([this.#bringUp(), this.#ended.promise]);
      await this.#ended.promise;
    } catch (error) {
      failure = error;
    }
    stopWatching();
    this.#stopping = true;
    this.#seeding?.stop();
    await this.#platform.stop();
    removeRun(this.#paths.runFile);
    if (failure) throw failure;
    this.#reporter.stopped();
    return 0;
  }

  async #bringUp(): Promise<void> {
    await this.#platform.start();
    const firstAnswerSeconds = this.#options.only.includes('gateway') ? this.#seconds() : undefined;
    if (firstAnswerSeconds !== undefined) {
      this.#reporter.step('gateway', `the API answers at ${this.#gateway}`);
    }
    const seeded = await this.#seed();
    if (this.#stopping) return;
    this.#ready = true;
    this.#note();
    const rows = await statusRows(this.#current());
    this.#reporter.ready({ gateway: this.#gateway, seconds: this.#seconds(), firstAnswerSeconds, seeded, rows });
  }

  async #seed(): Promise<boolean> {
    const { seed, only, json } = this.#options;
    if (!seed || SEED_NEEDS.some((name) => !only.includes(name))) return false;
    const script = join(ROOT, 'tools/data/src/main.ts');
    const args = [
      '--conditions=@kiban/source',
      script,
      'seed',
      '--gateway',
      this.#gateway,
      ...(json ? ['--json'] : []),
    ];
    const env = { ...process.env, KIBAN_STATE_DIR: this.#paths.dir, NODE_COMPILE_CACHE: this.#paths.compileCache };
    this.#seeding = runScript(args, { cwd: ROOT, env, output: 'inherit' });
    const code = await this.#seeding.done;
    this.#seeding = undefined;
    if (code !== 0 && !this.#stopping)
      this.#reporter.warn('the seed is not complete; the next npm start goes on with it');
    return code === 0;
  }

  #current(): Run {
    return {
      main: identify(process.pid)!,
      ...(this.#launcher ? { launcher: this.#launcher } : {}),
      gateway: this.#gateway,
      ready: this.#ready,
      processes: this.#platform.processes,
    };
  }

  /** Writes down what runs. A full disk must not end the run: status is then out of date. */
  #note(): void {
    try {
      writeRun(this.#paths.runFile, this.#current());
    } catch (error) {
      this.#reporter.warn(`${this.#paths.runFile} cannot be written: ${messageOf(error)}`);
    }
  }

  #onSignal(): void {
    if (this.#stopping) this.#platform.kill();
    this.#stop();
  }

  #stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#reporter.step('stop', 'stopping');
    this.#ended.resolve();
  }

  #seconds(): number {
    return Math.round((performance.now() - this.#began) / 100) / 10;
  }
}
