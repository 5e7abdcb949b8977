import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, type QueryResultRow } from 'pg';
import { ArticleDeleted, createOutbox } from '../src/index.ts';
import { beginPass, SESSION_SETTINGS } from '../src/relay/begin-pass.ts';
import { Floor } from '../src/relay/floor.ts';
import { outboxStats } from '../src/relay/outbox-stats.ts';
import { SHARDS } from '../src/outbox/shards.ts';
import { eventsDatabase } from './fixture.ts';

const ALL = Array.from({ length: SHARDS }, (_, shard) => shard);
const outbox = createOutbox({ source: 'test' });

let db: Awaited<ReturnType<typeof eventsDatabase>>;
let clients: Client[];
beforeEach(async () => {
  db = await eventsDatabase();
  clients = [];
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await db.close();
});

const connect = async () => {
  const client = new Client({ connectionString: db.url });
  clients.push(client);
  await client.connect();
  return client;
};
const query = async (text: string) => (await db.database.query<Record<string, unknown>>(text)).rows;
const publish = () =>
  db.database.tx(async (tx) => {
    outbox.publish(tx, ArticleDeleted, { articleId: 'a' });
  });
const newest = async () => BigInt(String((await query('SELECT max(id)::text AS id FROM outbox'))[0]?.['id']));
/** Looks until what has ended can have been noticed. */
const learn = async (floor: Floor) => {
  for (let i = 0; i < 3; i++) {
    await floor.tick(db.database);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
};

describe('the floor', () => {
  it('waits for a transaction that has taken a number, not for one that only reads', async () => {
    const reader = await connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_current_xact_id(), count(*) FROM outbox');
    await publish();
    const before = await newest();
    const writer = await connect();
    await writer.query('BEGIN');
    await outbox.write(
      {
        query: <Row>(text: string, values?: readonly unknown[]) =>
          writer.query<Row & QueryResultRow>(text, [...(values ?? [])]),
      },
      [outbox.event(ArticleDeleted, { articleId: 'slow' })],
    );
    await publish();
    const floor = new Floor(SHARDS);
    await learn(floor);
    expect(floor.settled).toBeLessThanOrEqual(before);
    await writer.query('COMMIT');
    await learn(floor);
    expect(floor.settled).toBe(await newest());
  });

  it('begins after rows that an old transaction keeps from being cleared away, and before those that wait', async () => {
    for (let i = 0; i < 3; i++) await publish();
    await query('DELETE FROM outbox');
    await publish();
    const waiting = await newest();
    const [{ shard } = { shard: -1 }] = (await query('SELECT shard FROM outbox')) as { shard: number }[];
    const floor = new Floor(SHARDS);
    await floor.tick(db.database);
    await floor.survey(db.database);
    expect(floor.of(shard)).toBe(waiting);
    expect(floor.of((shard + 1) % SHARDS)).toBe(waiting + 1n);
  });

  it('starts again when the sequence is set back', async () => {
    await publish();
    const floor = new Floor(SHARDS);
    await floor.tick(db.database);
    await floor.survey(db.database);
    expect(floor.settled).toBe(await newest());
    await query('TRUNCATE outbox RESTART IDENTITY');
    await learn(floor);
    expect(floor.starts.every((start) => start === 0n)).toBe(true);
    expect(floor.settled).toBe(0n);
  });

  it('spares every look the rows deleted under an old transaction, also when the planner believes the table empty', async () => {
    const holder = await connect();
    await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM outbox');
    await query(`INSERT INTO outbox (shard, event_id, topic, ordering_key, payload, attributes)
      SELECT n % ${SHARDS}, gen_random_uuid(), 'article', 'k' || n, '', '{}' FROM generate_series(1, 20000) AS n`);
    await query('DELETE FROM outbox');
    await query('ANALYZE outbox');
    const floor = new Floor(SHARDS);
    await floor.tick(db.database);
    await floor.survey(db.database);
    const relay = await connect();
    await relay.query(SESSION_SETTINGS);
    const look = beginPass(ALL, floor.starts, false).replace('BEGIN; ', 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ');
    const { rows } = await relay.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(look);
    const plan = rows[0]?.['QUERY PLAN'][0].Plan ?? {};
    expect((plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)).toBeLessThan(200);
    expect(await outboxStats(db.database, floor.starts)).toMatchObject({ pending: 0, oldestAge: 0 });
  });
});

describe('outboxStats', () => {
  it.each([
    { what: 'all of a few', shards: 16, each: 3, pending: 48 },
    { what: 'all of one shard beyond its share of the cap', shards: 1, each: 7_000, pending: 7_000 },
    { what: 'all of two uneven shards', shards: 2, each: 6_500, pending: 13_000 },
    { what: 'up to the cap', shards: 1, each: 100_500, pending: 100_000 },
  ])('counts $what', async ({ shards, each, pending }) => {
    await query(`INSERT INTO outbox (shard, event_id, topic, ordering_key, payload, attributes)
      SELECT n % ${shards}, gen_random_uuid(), 'article', 'k', '', '{}' FROM generate_series(1, ${shards * each}) AS n`);
    expect(await outboxStats(db.database)).toMatchObject({ pending, blockedKeys: 0, dead: 0 });
  });
});
