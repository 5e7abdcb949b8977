import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { PostgresError, type RunningPostgres } from '../src/index.ts';

export const isRoot = process.getuid?.() === 0;
/** initdb takes half a second or more: tests that do not test it copy an earlier result. */
export const initCache = tmpdir();

/** A directory of this test, open to others as a usual checkout is. */
export function scratch(mode = 0o755): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'kiban-spec-'));
  chmodSync(path, mode);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export async function query<R>(server: RunningPostgres, database: string, text: string): Promise<R[]> {
  const client = new Client({ connectionString: server.url(database) });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows as R[];
  } finally {
    await client.end();
  }
}

/** The typed error a promise rejects with; fails when it resolves or rejects with another one. */
export async function failure(promise: Promise<unknown>): Promise<PostgresError> {
  const error = await promise.then(
    () => new Error('it resolved'),
    (rejected: unknown) => rejected,
  );
  if (error instanceof PostgresError) return error;
  throw error;
}
