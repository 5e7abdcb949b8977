import { createDatabase, type Database } from '@kiban/database';
import type { Job, JobContext, JobReport } from './job.ts';

/** A reindex of a big table takes its time. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

/** Runs a job on the databases that the environment names, and closes them behind it. */
export async function runJob(name: string, job: Job, env: NodeJS.ProcessEnv): Promise<JobReport> {
  const open: Database<unknown>[] = [];
  const context: JobContext = {
    database(database) {
      const variable = `DATABASE_URL_${database.toUpperCase()}`;
      const url = env[variable];
      if (!url) throw new Error(`${variable} is not set: set it to postgres://user:password@host:port/${database}`);
      const db = createDatabase({
        url,
        max: 2,
        applicationName: `job ${name}`,
        statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      });
      open.push(db);
      return db;
    },
  };
  try {
    return await job(context);
  } finally {
    await Promise.all(open.map((db) => db.close()));
  }
}
