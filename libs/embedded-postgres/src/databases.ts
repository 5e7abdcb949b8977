import { Client } from 'pg';
import { PostgresError } from './postgres-error.ts';

/** Creates the databases that are not there yet. */
export async function createDatabases(url: string, names: readonly string[]): Promise<void> {
  for (const name of names)
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name))
      throw new TypeError(`"${name}" cannot be a database name here: use up to 63 of a-z, 0-9 and _`);
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    const existing = new Set(rows.map((row) => row.datname));
    for (const name of names) if (!existing.has(name)) await client.query(`CREATE DATABASE "${name}"`);
  } catch (error) {
    throw readable(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function readable(error: unknown): unknown {
  const code = (error as { code?: string }).code;
  if (code === '28P01')
    return new PostgresError(
      'password-missing',
      'The password beside the database files is not the one they were made with. Restore it, or delete the directory to start over.',
      { cause: error },
    );
  if (code === '53100')
    return new PostgresError(
      'disk-full',
      'The disk is full: PostgreSQL cannot create a database. Free at least 100 MB.',
      {
        cause: error,
      },
    );
  return error;
}
