import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { testPostgres } from '@kiban/testing';
import { createDatabase, type Database, migrate, sqlMigration } from './index.ts';

let database: Database<unknown>;

beforeEach(async () => {
  const { url } = await (await testPostgres()).createDatabase();
  // One connection and a short timeout: migrations must not depend on the service's pool.
  database = createDatabase({ url, max: 1, statementTimeoutMs: 200 });
});
afterEach(() => database.close());

const articles = {
  '0001_articles': sqlMigration('CREATE TABLE article (id text PRIMARY KEY); CREATE INDEX ON article (id)'),
};

it('applies what is missing, once, in the order of the names', async () => {
  expect(await migrate(database, { set: 'content', migrations: articles })).toEqual(['0001_articles']);
  const more = { '0002_title': sqlMigration('ALTER TABLE article ADD title text'), ...articles };
  expect(await migrate(database, { set: 'content', migrations: more })).toEqual(['0002_title']);
  expect(await migrate(database, { set: 'content', migrations: more })).toEqual([]);
  await database.query("INSERT INTO article VALUES ('a', 'b')");
});

it('keeps a history per set', async () => {
  await migrate(database, { set: 'content', migrations: articles });
  const outbox = { '0001_outbox': sqlMigration('CREATE TABLE outbox (id int)') };
  expect(await migrate(database, { set: 'outbox', migrations: outbox })).toEqual(['0001_outbox']);
});

it('lets replicas that start together apply each migration once', async () => {
  const slow = { '0001_slow': sqlMigration('CREATE TABLE slow (id int); SELECT pg_sleep(0.3)') };
  const applied = await Promise.all(
    [1, 2, 3, 4].map((replica) =>
      migrate(database, { set: replica % 2 ? 'odd' : 'content', migrations: replica % 2 ? articles : slow }),
    ),
  );
  expect(applied.flat().toSorted()).toEqual(['0001_articles', '0001_slow']);
});

it('rolls a failed migration back and names it', async () => {
  const broken = { ...articles, '0002_broken': sqlMigration('CREATE TABLE half (id int); SELECT nonsense()') };
  const failing = migrate(database, { set: 'content', migrations: broken });
  await expect(failing).rejects.toThrow(
    'Migration "0002_broken" of "content" failed: function nonsense() does not exist',
  );
  const { rows } = await database.query("SELECT to_regclass('half') AS half, to_regclass('article') AS article");
  expect(rows).toEqual([{ half: null, article: null }]);
});
