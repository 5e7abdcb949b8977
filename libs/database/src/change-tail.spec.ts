import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { testPostgres, until } from '@kiban/testing';
import { ChangeTail, lockChangeLog } from './change-tail.ts';
import { createDatabase, type Database } from './create-database.ts';

interface Row {
  seq: bigint;
  writer: number;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function log(): Promise<{ database: Database<never>; write: (writer: number) => Promise<void> }> {
  const { url } = await (await testPostgres()).createDatabase();
  const database = createDatabase<never>({ url, max: 12 });
  closing.push(() => database.close());
  await database.query('CREATE TABLE entry (seq bigserial PRIMARY KEY, writer int)');
  const write = (writer: number): Promise<void> =>
    database.tx(async (tx) => {
      await lockChangeLog(tx, 'entry');
      await tx.query('INSERT INTO entry (writer) VALUES ($1)', [writer]);
    });
  return { database, write };
}

function follow(database: Database<never>, pollMs = 20): { tail: ChangeTail<Row>; seen: Row[] } {
  const seen: Row[] = [];
  const tail = new ChangeTail<Row>({
    database,
    log: 'entry',
    read: async (after) =>
      (await database.query<Row>('SELECT * FROM entry WHERE seq > $1 ORDER BY seq LIMIT 7', [after])).rows,
    apply: (row) => seen.push(row),
    seqOf: ({ seq }) => seq,
    pollMs,
  });
  closing.push(() => tail.close());
  return { tail, seen };
}

describe('ChangeTail', () => {
  it('has loaded the whole log when it has started', async () => {
    const { database, write } = await log();
    for (let i = 0; i < 20; i++) await write(i);
    const { tail, seen } = follow(database);
    await tail.start();
    expect(seen.map(({ writer }) => writer)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(tail.seq).toBe(20n);
  });

  it('misses nothing that many writers commit at the same time', async () => {
    const { database, write } = await log();
    const { tail, seen } = follow(database, 1);
    await tail.start();
    await Promise.all(Array.from({ length: 200 }, (_, i) => write(i)));
    await until(() => seen.length === 200, { message: 'all 200 changes' });
    expect(seen.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  });

  it('is woken by another replica long before it would poll', async () => {
    const { database, write } = await log();
    const [one, two] = [follow(database, 60_000), follow(database, 60_000)];
    await Promise.all([one.tail.start(), two.tail.start()]);
    await write(1);
    one.tail.announce();
    await until(() => two.seen.length === 1, { message: 'the notification' });
    expect(one.seen).toHaveLength(1);
  });

  it('sees what another replica committed before it listened, long before it would poll', async () => {
    const { database, write } = await log();
    const mayListen = Promise.withResolvers<void>();
    const connect = database.pool.connect.bind(database.pool);
    database.pool.connect = (async () => {
      const client = await connect();
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      const held = (...args: unknown[]) =>
        String(args[0]).startsWith('LISTEN') ? mayListen.promise.then(() => query(...args)) : query(...args);
      return Object.assign(client, { query: held });
    }) as typeof connect;
    const { tail, seen } = follow(database, 60_000);
    await tail.start();
    await write(1);
    expect(seen).toEqual([]);

    mayListen.resolve();

    await until(() => seen.length === 1, { message: 'what came before it listened' });
  });

  it('takes one connection, however often its start fails', async () => {
    const { database } = await log();
    await database.query('ALTER TABLE entry RENAME TO later');
    const { tail } = follow(database);
    for (let tries = 0; tries < 5; tries++) await expect(tail.start()).rejects.toThrow('entry');
    expect(database.pool.totalCount - database.pool.idleCount).toBe(1);
    await database.query('ALTER TABLE later RENAME TO entry');
    await tail.start();
  });

  it('listens again when LISTEN failed or its connection was cut', async () => {
    const { database } = await log();
    const listening = async () => {
      const { rows } = await database.query("SELECT FROM pg_stat_activity WHERE query = 'LISTEN entry'");
      return rows.length;
    };
    const connect = database.pool.connect.bind(database.pool);
    let broken = true;
    database.pool.connect = (async () => {
      const client = await connect();
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      return Object.assign(client, {
        query(...args: unknown[]) {
          if (!broken || !String(args[0]).startsWith('LISTEN')) return query(...args);
          broken = false;
          return Promise.reject(new Error('cancelled'));
        },
      });
    }) as typeof connect;
    const { tail } = follow(database);
    await tail.start();
    await until(async () => !broken && (await listening()) === 1, { message: 'the second try' });
    await database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN entry'");
    await until(async () => (await listening()) === 1, { message: 'a new connection' });
    await delay(100);
    expect(await listening()).toBe(1);
  });

  it('goes on after its connections were cut', async () => {
    const { database, write } = await log();
    const { tail, seen } = follow(database);
    await tail.start();
    await database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await until(() => write(1).then(() => true));
    await until(() => seen.length > 0, { message: 'the change after the cut' });
  });
});
