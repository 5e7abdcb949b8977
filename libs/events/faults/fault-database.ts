import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase, migrate } from '@kiban/database';
import { type RunningPostgres, startPostgres } from '@kiban/embedded-postgres';
import pg from 'pg';
import { inboxMigrations } from '../src/inbox/migrations.ts';
import { maintainInbox } from '../src/inbox/partitions.ts';
import { outboxMigrations } from '../src/outbox/migrations.ts';

export interface FaultDatabase {
  readonly url: string;
  /** Of another database on the server. */
  urlOf(name: string): string;
  readonly admin: pg.Pool;
  /** Process id of the server; another one after `crash`. */
  readonly pid: number;
  /** kill -9 of the whole server and a start on the same files and port; resolves when it answers again. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** A PostgreSQL of its own that stamps commits, with outbox, inbox and the tables of the proof. */
export async function faultDatabase(options: {
  readonly durable: boolean;
  /** More databases on the same server, without tables. */
  readonly databases?: readonly string[];
}): Promise<FaultDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kiban-faults-'));
  const start = (port: number) =>
    startPostgres({
      dataDir,
      port,
      databases: ['faults', ...(options.databases ?? [])],
      durable: options.durable,
      initCache: tmpdir(),
      unref: true,
    });
  let server = await start(0);
  const { port } = server;
  await withAdmin(server, (admin) => admin.query('ALTER SYSTEM SET track_commit_timestamp = on'));
  await server.stop();
  server = await start(port);
  const url = server.url('faults');
  const database = createDatabase({ url });
  await migrate(database, { set: 'outbox', migrations: outboxMigrations });
  await migrate(database, { set: 'inbox', migrations: inboxMigrations });
  await maintainInbox(database);
  await database.query('CREATE TABLE truth (event_id uuid PRIMARY KEY, key text, position int, xid xid8)');
  await database.query('CREATE TABLE effect (n bigserial PRIMARY KEY, event_id uuid, key text)');
  await database.query('CREATE TABLE dropped (event_id uuid)');
  await database.query('CREATE TABLE naive_cursor AS SELECT 0::bigint AS id');
  await database.close();
  /** Backends notice the death of their server one by one, and until the last of them the files are taken. */
  const restart = async (): Promise<RunningPostgres> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await start(port);
      } catch (error) {
        if (attempt === 20) throw error;
        await delay(250);
      }
    }
  };
  const admin = new pg.Pool({ connectionString: url, max: 3, application_name: 'faults' });
  admin.on('error', () => undefined);
  return {
    url,
    urlOf: (name) => server.url(name),
    admin,
    get pid() {
      return server.pid;
    },
    async crash() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      server = await restart();
    },
    async close() {
      await admin.end();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function withAdmin(server: RunningPostgres, run: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('faults') });
  await client.connect();
  await run(client);
  await client.end();
}
