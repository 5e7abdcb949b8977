import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database, migrate } from '@kiban/database';
import { inboxMigrations, outboxMigrations } from '@kiban/events';
import { testPostgres } from '@kiban/testing';
import { catalogue } from '../src/catalogue.ts';
import { runJob } from '../src/run-job.ts';

let env: NodeJS.ProcessEnv;
let db: Database<unknown>;

beforeAll(async () => {
  const { url } = await (await testPostgres()).createDatabase();
  db = createDatabase({ url });
  await migrate(db, { set: 'outbox', migrations: outboxMigrations });
  await migrate(db, { set: 'inbox', migrations: inboxMigrations });
  // One database plays all three: the jobs ask for different tables of each.
  env = { DATABASE_URL_CONTENT: url, DATABASE_URL_SIMILARITY: url, DATABASE_URL_RECOMMENDATION: url };
}, 60_000);
afterAll(() => db.close());

const run = (name: string) => runJob(name, catalogue.get(name)!, env);

describe('events-maintenance', () => {
  it('makes the partitions of the coming days, and nothing the second time', async () => {
    await run('events-maintenance');
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    const { rows } = await db.query('select from pg_class where relname = $1', [`inbox_${tomorrow}`]);
    expect(rows).toHaveLength(1);
    expect(await run('events-maintenance')).toEqual({ created: 0, dropped: 0 });
  });

  it('drops partitions that are past', async () => {
    await db.query(
      "create table inbox_20200101 partition of inbox for values from ('016f5e66-e800-7000-8000-000000000000') to ('016f6385-3c00-7000-8000-000000000000')",
    );
    expect(await run('events-maintenance')).toMatchObject({ dropped: 1 });
  });
});

describe('events-reindex', () => {
  it('gives back what traffic through the outbox left in its indexes', async () => {
    await db.query(
      `insert into outbox (shard, event_id, topic, ordering_key, payload, attributes)
       select n % 16, gen_random_uuid(), 't', 'k', '', '{}' from generate_series(1, 20000) as n`,
    );
    await db.query('delete from outbox');
    await db.query('vacuum outbox');
    const { indexBytesBefore, indexBytesAfter } = await run('events-reindex');
    expect(indexBytesAfter).toBeLessThan(Number(indexBytesBefore) / 2);
  });
});

describe('evaluate-model', () => {
  beforeAll(async () => {
    await db.query(`
      create table article (
        id text primary key, title text not null, body text not null, tags text[] not null, language text not null,
        create_time timestamptz not null, deleted boolean not null default false)`);
    await db.query(
      'create table interaction (seq bigint primary key, user_id text, article_id text, type int, time timestamptz)',
    );
  });

  it('has nothing to say about an empty log', async () => {
    expect(await run('evaluate-model')).toMatchObject({ replayed: 0, predicted: 0, hitRate: 0 });
  });

  it('finds that readers of two groups are predicted from their group', async () => {
    await db.query(
      `insert into article select 'a' || n, 'Article ' || n, '', array['group' || n % 2], 'en', '2026-01-01'
       from generate_series(1, 60) as n`,
    );
    // Every reader reads articles of one group, in an order of their own.
    await db.query(
      `insert into interaction
       select row_number() over (order by turn, reader), 'u' || reader, 'a' || (2 * ((reader * 7 + turn) % 30) + reader % 2 + 1),
         1, timestamptz '2026-02-01' + turn * interval '1 hour' + reader * interval '1 minute'
       from generate_series(1, 40) as reader, generate_series(1, 15) as turn`,
    );
    const report = await run('evaluate-model');
    expect(report).toMatchObject({ replayed: 600, predicted: 500 });
    expect(report['hitRate']).toBeGreaterThan(Number(report['trendingHitRate']));
  });
});

describe('a job', () => {
  it('says which variable it misses', async () => {
    const missing = runJob('events-reindex', catalogue.get('events-reindex')!, {});
    await expect(missing).rejects.toThrow('DATABASE_URL_CONTENT is not set: set it to postgres://');
  });

  it('fails with the reason of the database', async () => {
    await expect(run('prune-article-changes')).rejects.toThrow('prune_article_change');
  });
});
