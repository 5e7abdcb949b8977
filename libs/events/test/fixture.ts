import { createDatabase, type Database, migrate } from '@kiban/database';
import { testPostgres } from '@kiban/testing';
import { inboxMigrations, maintainInbox, outboxMigrations } from '../src/index.ts';

export interface Schema {
  effect: { event_id: string; key: string; text: string };
}

async function migrateAll(url: string): Promise<void> {
  const database = createDatabase<Schema>({ url });
  await migrate(database, { set: 'outbox', migrations: outboxMigrations });
  await migrate(database, { set: 'inbox', migrations: inboxMigrations });
  await database.query('CREATE TABLE effect (n serial, event_id uuid, key text NOT NULL, text text NOT NULL)');
  await maintainInbox(database);
  await database.close();
}

/** A database with outbox, inbox and a table for effects. */
export async function eventsDatabase(): Promise<{ database: Database<Schema>; url: string; close(): Promise<void> }> {
  const server = await testPostgres();
  const made = await server.createDatabase({ template: { name: 'events', migrate: migrateAll } });
  const database = createDatabase<Schema>({ url: made.url, onError: () => undefined });
  return {
    database,
    url: made.url,
    close: async () => {
      await database.close();
      await made.drop();
    },
  };
}
