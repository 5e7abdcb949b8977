import { closeSync, writeSync } from 'node:fs';
import { type RunningPostgres, startPostgres } from '@kiban/embedded-postgres';
import { identify } from '../state/process-identity.ts';
import type { RunProcess } from '../state/run-file.ts';
import { openLog } from '../supervisor/log-file.ts';
import { databaseVariable } from './environment.ts';
import { DATABASES, type DatabaseName } from './services.ts';

export interface DatabasesOptions {
  readonly dataDir: string;
  readonly logFile: string;
  readonly needed: ReadonlySet<DatabaseName>;
  readonly onChange: () => void;
}

/**
 * The databases of all services: those of DATABASE_URL_<NAME> where set, else one embedded PostgreSQL, started again
 * on the same port when it ends by itself.
 */
export class Databases {
  readonly #options: DatabasesOptions;
  readonly #embedded: readonly DatabaseName[];
  #server: RunningPostgres | undefined;
  #port = 0;
  #restarts = 0;
  #state = 'starting';
  #reason: string | undefined;
  #stopping = false;
  #startingAgain: Promise<void> | undefined;

  constructor(options: DatabasesOptions) {
    this.#options = options;
    this.#embedded = DATABASES.filter((name) => options.needed.has(name) && !process.env[databaseVariable(name)]);
  }

  /** Whether a server of our own is needed at all. */
  get isEmbedded(): boolean {
    return this.#embedded.length > 0;
  }

  /** Resolves when they accept connections. Rejects with PostgresError, which says what to do. */
  async start(): Promise<void> {
    if (!this.isEmbedded) return;
    const { dataDir, logFile } = this.#options;
    const log = openLog(logFile);
    const onLog = (line: string) => void writeSync(log, `${line}\n`);
    const server = await startPostgres({ dataDir, port: this.#port, databases: [...this.#embedded], onLog });
    this.#server = server;
    this.#port = server.port;
    this.#change('ready');
    void server.exited.then(({ expected, code, signal }) => {
      this.#server = undefined;
      closeSync(log);
      if (expected || this.#stopping) return;
      this.#reason = signal ? `ended by ${signal}` : `ended with code ${code}`;
      this.#restarts += 1;
      this.#change('restarting');
      this.#startingAgain = this.#startAgain();
    });
  }

  /** Connection string of one database; undefined when no service that runs needs it. */
  url(name: DatabaseName): string | undefined {
    return process.env[databaseVariable(name)] || this.#server?.url(name);
  }

  describe(): RunProcess {
    const identity = this.#server && identify(this.#server.pid);
    return {
      name: 'postgres',
      ...(identity ? { identity } : {}),
      addresses: this.#port ? { postgres: `127.0.0.1:${this.#port}` } : {},
      state: this.#state,
      restarts: this.#restarts,
      ...(this.#reason ? { reason: this.#reason } : {}),
    };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // What is just being started again has to be there before it can be stopped.
    await this.#startingAgain;
    await this.#server?.stop();
    this.#change('stopped');
  }

  async #startAgain(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
      this.#change('stopped');
    }
  }

  #change(state: string): void {
    this.#state = state;
    this.#options.onChange();
  }
}
