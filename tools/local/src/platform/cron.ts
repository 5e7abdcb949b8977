import { readFileSync } from 'node:fs';
import { Cron } from 'croner';

/** One job as apps/jobs/jobs.json declares it. */
export interface JobSpec {
  readonly name: string;
  /** Five fields, https://en.wikipedia.org/wiki/Cron */
  readonly schedule: string;
  readonly timeZone: string;
  /** Arguments of the app's bundle. */
  readonly command: readonly string[];
}

/** The declared jobs. */
export function readJobs(file: string): readonly JobSpec[] {
  const declared = JSON.parse(readFileSync(file, 'utf8')) as { jobs: readonly JobSpec[] };
  return declared.jobs;
}

/** Runs jobs at their times until stopped. A job that still runs when its next time comes is not started again. */
export class CronScheduler {
  readonly #timers: readonly Cron[];
  readonly #running = new Set<Promise<unknown>>();

  /** `run` does one job and resolves when it is done; `onError` is told when it fails. */
  constructor(
    jobs: readonly JobSpec[],
    run: (job: JobSpec) => Promise<void>,
    onError: (job: JobSpec, error: unknown) => void,
  ) {
    this.#timers = jobs.map(
      (job) =>
        new Cron(job.schedule, { name: `${process.pid} ${job.name}`, timezone: job.timeZone, protect: true }, () =>
          this.#track(run(job).catch((error: unknown) => onError(job, error))),
        ),
    );
  }

  /** When each job runs next. */
  get next(): readonly (Date | null)[] {
    return this.#timers.map((timer) => timer.nextRun());
  }

  /** Starts no job any more, and resolves when those that run are done. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.stop();
    await Promise.all(this.#running);
  }

  async #track(done: Promise<unknown>): Promise<void> {
    this.#running.add(done);
    await done;
    this.#running.delete(done);
  }
}
