import { Kysely, PostgresDialect } from 'kysely';
import { Pool, type PoolClient } from 'pg';
import { checkUrl, databaseName } from './connection-url.ts';
import { ConnectionError } from './errors.ts';
import { type Queryable, type QueryResult, runQuery } from './queryable.ts';
import { inTransactionSpan, traceStatements } from './statement-spans.ts';
import { runTransaction, type Tx, type TxOptions } from './transaction.ts';
import { valueTypes } from './value-types.ts';

export interface DatabaseOptions {
  /** postgres://user:password@host:port/database */
  url: string;
  /** Connections of the pool at most. Default 10. All replicas of all services together must fit max_connections. */
  max?: number;
  /** Shown in pg_stat_activity. Default "kiban". */
  applicationName?: string;
  /** The server cancels statements that take longer, in milliseconds. Default 30,000; 0 means never. */
  statementTimeoutMs?: number;
  /** How long to wait for a connection, in milliseconds. Default 5,000. */
  connectTimeoutMs?: number;
  /** Called with errors nobody awaits: an idle connection that died, a failed afterCommit hook. Default: a warning. */
  onError?: (error: unknown) => void;
}

/** A pool of connections to one database. */
export interface Database<Schema> extends Queryable {
  kysely: Kysely<Schema>;
  pool: Pool;
  readonly options: Readonly<DatabaseOptions>;
  /** Runs `fn` in a transaction: commits when it resolves, rolls back when it rejects. */
  tx<R>(fn: (tx: Tx<Schema>) => Promise<R>, options?: TxOptions): Promise<R>;
  /** Resolves when the database answers; for readiness. */
  ping(): Promise<void>;
  /** Waits for statements under way and closes the connections. Calling it again is harmless. */
  close(): Promise<void>;
}

/** Makes the pool. Nothing connects before the first statement. Throws TypeError for a malformed url. */
export function createDatabase<Schema = unknown>(options: DatabaseOptions): Database<Schema> {
  const onError = options.onError ?? warn;
  const namespace = databaseName(checkUrl(options.url));
  const pool = new Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'kiban',
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    types: valueTypes,
  });
  // A connection that dies while idle, or checked out between two statements, has nobody to reject to: without these
  // two listeners it would end the process. The pool replaces it; a transaction on it fails at its next statement.
  pool.on('error', onError);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    traceStatements(client, namespace);
  });

  const connect = async (): Promise<PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      throw new ConnectionError(options.url, error);
    }
  };
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= pool.end());
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: { connect, end: close } as Pool }) });

  const query = <R>(text: string, values: readonly unknown[] = []): Promise<QueryResult<R>> =>
    runQuery<R>(kysely, text, values);
  return {
    kysely,
    pool,
    options,
    query,
    tx: (fn, txOptions = {}) => inTransactionSpan(namespace, () => runTransaction(kysely, fn, txOptions, onError)),
    ping: async () => {
      await query('SELECT 1');
    },
    close: async () => {
      await close();
      await kysely.destroy();
    },
  };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error.message : String(error), 'DatabaseWarning');
}
