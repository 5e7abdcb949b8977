import { redactUrl } from './connection-url.ts';

/** The database could not be reached, or refused us. The message names the server but never the password. */
export class ConnectionError extends Error {
  /** PostgreSQL's SQLSTATE or Node's code, for example "ECONNREFUSED" or "28P01". */
  readonly code: string;

  constructor(url: string, cause: unknown) {
    super(`Cannot connect to ${redactUrl(url)}: ${explain(cause)}`);
    this.name = 'ConnectionError';
    this.code = errorCode(cause) ?? 'UNKNOWN';
    // The cause stays out of the printed error on purpose: it may repeat the connection string.
  }
}

/** A migration failed; everything it did was rolled back. */
export class MigrationError extends Error {
  readonly set: string;
  readonly migration: string | undefined;

  constructor(set: string, migration: string | undefined, cause: unknown) {
    const which = migration === undefined ? `Migrations of "${set}"` : `Migration "${migration}" of "${set}"`;
    super(`${which} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'MigrationError';
    this.set = set;
    this.migration = migration;
  }
}

function explain(cause: unknown): string {
  const code = errorCode(cause);
  if (code === 'ECONNREFUSED') return 'nothing listens there. Is PostgreSQL running, and is the port right?';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name is not known.';
  if (code === '28P01') return 'the user name or the password is wrong.';
  if (code === '3D000') return 'there is no such database on that server.';
  if (code === '53300') return 'the server has no connection left. Lower the pool size or raise max_connections.';
  if (code === '57P03') return 'the server is still starting.';
  return cause instanceof Error && cause.message !== '' ? cause.message : (code ?? 'unknown reason');
}

/** SQLSTATE (five characters) of a PostgreSQL error, or the system's code; undefined for other errors. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** A row with this key exists already; with a name, only for that constraint or unique index. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (errorCode(error) !== '23505') return false;
  return constraint === undefined || (error as { constraint?: string }).constraint === constraint;
}

/** The transaction lost against another one and did nothing: running it again is right (40001, 40P01). */
export function isRetryable(error: unknown): boolean {
  const code = errorCode(error);
  return code === '40001' || code === '40P01';
}
