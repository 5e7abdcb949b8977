import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type TestPostgres, testPostgres } from './index.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await testPostgres();
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}

it('gives each caller an empty database of its own', async () => {
  const [a, b] = await Promise.all([postgres.createDatabase(), postgres.createDatabase()]);
  await query(a.url, 'CREATE TABLE mine (id int)');
  expect(await query(b.url, "SELECT to_regclass('mine') AS mine")).toEqual([{ mine: null }]);
});

it('is one server for the whole process', async () => {
  expect((await testPostgres()).url('postgres')).toBe(postgres.url('postgres'));
});

it('drops a database that still has connections', async () => {
  const database = await postgres.createDatabase();
  const client = new Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  await database.drop();
  await expect(query(database.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
  await client.end().catch(() => undefined);
});

describe('a template', () => {
  let migrated = 0;
  const template = {
    name: 'articles',
    migrate: async (url: string) => {
      migrated++;
      await query(url, "CREATE TABLE article (id text PRIMARY KEY); INSERT INTO article VALUES ('seed')");
    },
  };
  afterAll(async () => {
    await query(postgres.url('postgres'), 'DROP DATABASE template_articles WITH (FORCE)');
  });

  it('is migrated once and cloned for each, also when two ask at the same time', async () => {
    const clones = await Promise.all([1, 2, 3].map(() => postgres.createDatabase({ template })));
    expect(migrated).toBe(1);
    await query(clones[0]?.url ?? '', 'DELETE FROM article');
    expect(await query(clones[1]?.url ?? '', 'SELECT id FROM article')).toEqual([{ id: 'seed' }]);
  });

  it('that fails to migrate is reported and leaves nothing to clone', async () => {
    const broken = { name: 'broken', migrate: () => Promise.reject(new Error('bad migration')) };
    await expect(postgres.createDatabase({ template: broken })).rejects.toThrow('bad migration');
    const rows = await query(postgres.url('postgres'), "SELECT 1 FROM pg_database WHERE datname = 'template_broken'");
    expect(rows).toEqual([]);
  });
});
