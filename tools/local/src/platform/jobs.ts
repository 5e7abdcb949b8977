import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { bundleOf } from '../build/bundle-stamp.ts';
import { ROOT, shortPath } from '../paths.ts';
import { messageOf } from '../start-error.ts';
import { openLog } from '../supervisor/log-file.ts';
import type { Reporter } from '../view/reporter.ts';
import { CronScheduler, type JobSpec, readJobs } from './cron.ts';
import { commonEnvironment, type Surroundings } from './environment.ts';
import { runScript, type ScriptRun } from './run-script.ts';
import { JOBS } from './services.ts';
import { nodeOptions } from './supervise-app.ts';

const APP = join(ROOT, 'apps', JOBS);
const HEAP_MB = 256;

/** The cron jobs of apps/jobs/jobs.json, each run by its command at its times. */
export class Jobs {
  readonly #scheduler: CronScheduler;
  readonly #running = new Set<ScriptRun>();

  constructor(options: {
    readonly surroundings: Surroundings;
    readonly reporter: Reporter;
    /** Resolves when the bundle of the jobs is there. */
    readonly built: Promise<void>;
  }) {
    const { surroundings, reporter, built } = options;
    const logFile = join(surroundings.paths.logs, `${JOBS}.log`);
    this.#scheduler = new CronScheduler(
      readJobs(join(APP, 'jobs.json')),
      async (job) => {
        await built;
        await this.#run(job, surroundings, logFile);
      },
      ({ name }, error) => reporter.warn(`job ${name}: ${messageOf(error)}; ${shortPath(logFile)} holds its log`),
    );
  }

  /** Starts no job any more and ends those that run. */
  async stop(): Promise<void> {
    for (const run of this.#running) run.stop();
    await this.#scheduler.stop();
  }

  async #run({ command }: JobSpec, surroundings: Surroundings, logFile: string): Promise<void> {
    const log = openLog(logFile);
    const run = runScript([...nodeOptions(HEAP_MB), bundleOf(APP), ...command], {
      cwd: ROOT,
      env: commonEnvironment(surroundings),
      output: log,
    });
    closeSync(log);
    this.#running.add(run);
    const code = await run.done;
    this.#running.delete(run);
    if (code !== 0) throw new Error(`ended with code ${code}`);
  }
}
