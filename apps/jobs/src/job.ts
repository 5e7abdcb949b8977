import type { Database } from '@kiban/database';

/** What a job works with. Connections open when they are first asked for and are closed behind the job. */
export interface JobContext {
  /** Opens the database of DATABASE_URL_<NAME>. */
  database(name: DatabaseName): Database<unknown>;
}

export type DatabaseName = 'content' | 'similarity' | 'recommendation';

/** Facts about what a job did, for its log line. */
export type JobReport = Record<string, string | number | boolean>;

/** One job: does its work once. It may run twice at the same time and again after a crash without harm. */
export type Job = (context: JobContext) => Promise<JobReport>;
