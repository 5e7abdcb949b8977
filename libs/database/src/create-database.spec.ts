import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testPostgres, until } from '@kiban/testing';
import { ConnectionError, createDatabase, type Database, isRetryable, isUniqueViolation } from './index.ts';

interface Schema {
  item: { id: bigint; name: string };
}

let url: string;
let database: Database<Schema>;

beforeAll(async () => {
  url = (await (await testPostgres()).createDatabase()).url;
  database = createDatabase<Schema>({ url, applicationName: 'spec', onError: () => undefined });
  await database.query('CREATE TABLE item (id bigint PRIMARY KEY, name text NOT NULL UNIQUE)');
});
afterAll(() => database.close());

describe('values', () => {
  it('reads int8 as bigint, date as text and numeric as text', async () => {
    const { rows } = await database.query(
      `SELECT 9007199254740993::bigint AS big, date '2026-11-21' AS day, 1.10::numeric AS price,
        array[1, null, 9007199254740993]::bigint[] AS bigs`,
    );
    expect(rows).toEqual([
      { big: 9007199254740993n, day: '2026-11-21', price: '1.10', bigs: [1n, null, 9007199254740993n] },
    ]);
  });

  it('counts changed rows, and returned rows otherwise', async () => {
    expect((await database.query('SELECT generate_series(1, 3)')).rowCount).toBe(3);
    const changed = await database.query("INSERT INTO item VALUES ($1, 'a'), ($2, 'b')", [1n, 2n]);
    expect(changed).toEqual({ rows: [], rowCount: 2 });
  });
});

describe('tx', () => {
  it('runs beforeCommit hooks in order inside the transaction, hooks of hooks too, then afterCommit', async () => {
    const seen: string[] = [];
    await database.tx(async (tx) => {
      tx.afterCommit(() => seen.push('after'));
      tx.beforeCommit(async () => {
        seen.push('first');
        await tx.query("INSERT INTO item VALUES (10, 'from a hook')");
        tx.beforeCommit(() => Promise.resolve(void seen.push('third')));
      });
      tx.beforeCommit(() => Promise.resolve(void seen.push('second')));
      seen.push('work');
    });
    expect(seen).toEqual(['work', 'first', 'second', 'third', 'after']);
    expect((await database.query('SELECT name FROM item WHERE id = 10')).rows).toEqual([{ name: 'from a hook' }]);
  });

  it('rolls everything back when a beforeCommit hook fails, and skips afterCommit', async () => {
    let after = false;
    const failing = database.tx(async (tx) => {
      await tx.kysely.insertInto('item').values({ id: 20n, name: 'lost' }).execute();
      tx.afterCommit(() => (after = true));
      tx.beforeCommit(() => Promise.reject(new Error('outbox says no')));
    });
    await expect(failing).rejects.toThrow('outbox says no');
    expect(after).toBe(false);
    expect((await database.query('SELECT 1 FROM item WHERE id = 20')).rows).toEqual([]);
  });

  it('stays committed when an afterCommit hook fails', async () => {
    await database.tx(async (tx) => {
      await tx.query("INSERT INTO item VALUES (30, 'kept')");
      tx.afterCommit(() => {
        throw new Error('too late');
      });
    });
    expect((await database.query('SELECT 1 FROM item WHERE id = 30')).rowCount).toBe(1);
  });

  it('refuses work after it is over', async () => {
    const leaked = await database.tx((tx) => Promise.resolve(tx));
    await expect(leaked.query('SELECT 1')).rejects.toThrow('transaction is over');
  });

  it('runs again after a serialization failure only when asked', async () => {
    await database.query("INSERT INTO item VALUES (40, 'counter 0')");
    const bump = (retries: number) => {
      let other: Promise<unknown> | undefined;
      return database.tx(
        async (tx) => {
          const { rows } = await tx.query<{ name: string }>('SELECT name FROM item WHERE id = 40');
          const next = Number(rows[0]?.name.split(' ')[1]) + 1;
          // The first try is overtaken by another transaction that changes the row.
          other ??= database.query("UPDATE item SET name = name || '' WHERE id = 40");
          await other;
          await tx.query('UPDATE item SET name = $1 WHERE id = 40', [`counter ${next}`]);
        },
        { isolation: 'serializable', retries },
      );
    };
    const refused = await bump(0).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(isRetryable(refused)).toBe(true);
    await bump(3);
    expect((await database.query('SELECT name FROM item WHERE id = 40')).rows).toEqual([{ name: 'counter 1' }]);
  });
});

describe('failures', () => {
  it('tells a unique violation and its constraint', async () => {
    await database.query("INSERT INTO item VALUES (50, 'taken')");
    const error = await database.query("INSERT INTO item VALUES (51, 'taken')").catch((e: unknown) => e);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(error, 'item_name_key')).toBe(true);
    expect(isUniqueViolation(error, 'item_pkey')).toBe(false);
  });

  it('survives connections that die idle or inside a transaction', async () => {
    const errors: unknown[] = [];
    const own = createDatabase({ url, max: 2, applicationName: 'victim', onError: (error) => errors.push(error) });
    const kill = () =>
      database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'");
    await own.ping();
    await kill();
    await until(() => errors.length > 0, { message: 'the pool reports the dead connection' });
    await own.ping();
    const broken = own.tx(async (tx) => {
      await tx.query('SELECT 1');
      await kill();
      await until(() =>
        tx.query('SELECT 1').then(
          () => false,
          () => true,
        ),
      );
      await tx.query('SELECT 1');
    });
    await expect(broken).rejects.toThrow();
    await own.ping();
    await own.close();
  });

  it('cancels a statement that takes too long', async () => {
    const own = createDatabase({ url, statementTimeoutMs: 50 });
    await expect(own.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
    await own.close();
  });

  it('never shows the password', async () => {
    const wrong = new URL(url);
    wrong.password = 'sesame';
    const own = createDatabase({ url: wrong.href });
    const error = await own.ping().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: '28P01', message: expect.stringContaining('password is wrong') });
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('sesame');
    await own.close();

    expect(() => createDatabase({ url: 'postgres://me:se same@host:notaport/db' })).toThrow(
      '"postgres://***@host:notaport/db" is not a connection string',
    );
  });

  it('says what to look at when nothing listens', async () => {
    const own = createDatabase({ url: 'postgres://me:sesame@127.0.0.1:1/db' });
    await expect(own.tx(() => Promise.resolve())).rejects.toThrow(
      'Cannot connect to postgres://me:***@127.0.0.1:1/db: nothing listens there. Is PostgreSQL running',
    );
    await own.close();
  });

  it('closes twice without complaint', async () => {
    const own = createDatabase({ url });
    await own.ping();
    await own.close();
    await own.close();
  });
});
