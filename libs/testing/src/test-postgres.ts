import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { sharedServer } from './shared-server.ts';

export interface Template {
  /** Name of the migrated database that is cloned, for example "content". */
  name: string;
  /** Makes the tables, once per test process. Must close its connections: a database in use cannot be cloned. */
  migrate: (url: string) => Promise<void>;
}

export interface TestDatabase {
  url: string;
  name: string;
  /** Cuts its connections and deletes it. Not calling it is fine: the server goes with the process. */
  drop(): Promise<void>;
}

export interface TestPostgres {
  /** Connection string of a database of this server. */
  url(databaseName: string): string;
  /** A new database of its own: empty, or a clone of a template (some 20 ms). */
  createDatabase(options?: { template?: Template }): Promise<TestDatabase>;
}

/** A real PostgreSQL for tests, one per test process. The first call takes half a second, later ones nothing. */
export async function testPostgres(): Promise<TestPostgres> {
  const { baseUrl } = await sharedServer();
  const url = (name: string) => baseUrl + name;

  const createDatabase: TestPostgres['createDatabase'] = async ({ template } = {}) => {
    const source = template && (await ensureTemplate(url, template));
    const name = `test_${randomBytes(6).toString('hex')}`;
    await administer(url('postgres'), `CREATE DATABASE ${name}${source ? ` TEMPLATE ${source}` : ''}`);
    return {
      name,
      url: url(name),
      drop: async () => {
        await administer(url('postgres'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      },
    };
  };
  return { url, createDatabase };
}

/** Templates under way in this test file; those of earlier files are found on the server. */
const templates = new Map<string, Promise<string>>();

function ensureTemplate(url: (name: string) => string, template: Template): Promise<string> {
  const known = templates.get(template.name);
  if (known) return known;
  const made = makeTemplate(url, template);
  templates.set(template.name, made);
  return made;
}

async function makeTemplate(url: (name: string) => string, { name, migrate }: Template): Promise<string> {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(name)) throw new TypeError(`"${name}" cannot name a template: use a-z, 0-9 and _`);
  const finished = `template_${name}`;
  const exists = await administer(url('postgres'), `SELECT 1 FROM pg_database WHERE datname = '${finished}'`);
  if (exists > 0) return finished;
  // Renamed when it is complete: a migration that failed leaves nothing that looks like a template.
  const draft = `draft_${name}_${randomBytes(3).toString('hex')}`;
  await administer(url('postgres'), `CREATE DATABASE ${draft}`);
  await migrate(url(draft));
  await administer(url('postgres'), `ALTER DATABASE ${draft} RENAME TO ${finished}`);
  return finished;
}

async function administer(url: string, statement: string): Promise<number> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(statement)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}
