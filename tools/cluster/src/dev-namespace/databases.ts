import { createDatabase } from '@kiban/database';
import type { Developer } from './developer.ts';
import { DATABASES } from './objects.ts';

/** Creates the developer's databases, empty; the services' migrations fill them. @returns those that were made */
export async function createDatabases(developer: Developer, server: string): Promise<string[]> {
  return onServer(server, async (query, existing) => {
    const missing = DATABASES.map((name) => developer.database(name)).filter((name) => !existing.has(name));
    for (const name of missing) await query(`create database "${name}"`);
    return missing;
  });
}

/** Drops them with everything in them. @returns those that were there */
export async function dropDatabases(developer: Developer, server: string): Promise<string[]> {
  return onServer(server, async (query, existing) => {
    const there = DATABASES.map((name) => developer.database(name)).filter((name) => existing.has(name));
    for (const name of there) await query(`drop database "${name}" with (force)`);
    return there;
  });
}

async function onServer<R>(
  url: string,
  run: (query: (text: string) => Promise<unknown>, existing: ReadonlySet<string>) => Promise<R>,
): Promise<R> {
  const database = createDatabase({ url, max: 1, applicationName: 'dev-namespace' });
  try {
    const { rows } = await database.query<{ datname: string }>('select datname from pg_database');
    return await run((text) => database.query(text), new Set(rows.map(({ datname }) => datname)));
  } finally {
    await database.close();
  }
}
