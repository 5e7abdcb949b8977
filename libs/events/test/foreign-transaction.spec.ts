import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely';
import { Pool } from 'pg';
import { ArticleDeleted, createOutbox, type Queryable } from '../src/index.ts';
import { drainOutbox, expectPublished, memoryBroker } from '../src/testing/index.ts';
import { eventsDatabase, type Schema } from './fixture.ts';

let db: Awaited<ReturnType<typeof eventsDatabase>>;
let pool: Pool;
beforeAll(async () => {
  db = await eventsDatabase();
  pool = new Pool({ connectionString: db.url });
  pool.on('error', () => undefined);
});
afterAll(async () => {
  await pool.end();
  await db.close();
});
beforeEach(() => db.database.query('TRUNCATE outbox, effect'));

/** The adapters that libs/events/README.md shows. TypeORM and Prisma are here as the one method that each gives. */
const kyselyTransaction = (trx: Transaction<Schema>): Queryable => ({
  query: async (text, values = []) => {
    const { rows } = await trx.executeQuery(CompiledQuery.raw(text, [...values]));
    return { rows: rows as never[], rowCount: rows.length };
  },
});
const typeOrmManager = (manager: { query(text: string, values: unknown[]): Promise<unknown[]> }): Queryable => ({
  query: async (text, values = []) => {
    const rows = (await manager.query(text, [...values])) as never[];
    return { rows, rowCount: rows.length };
  },
});
const prismaTransaction = (tx: {
  $queryRawUnsafe(text: string, ...values: unknown[]): Promise<unknown[]>;
}): Queryable => ({
  query: async (text, values = []) => {
    const rows = (await tx.$queryRawUnsafe(text, ...values)) as never[];
    return { rows, rowCount: rows.length };
  },
});

describe('transactions of other libraries', () => {
  const waking: Queryable = {
    query: async (text, values = []) => {
      const { rows } = await pool.query(text, [...values]);
      return { rows: rows as never[], rowCount: rows.length };
    },
  };
  const outbox = createOutbox({ source: 'test', wake: waking });
  const published = async () => {
    const broker = memoryBroker();
    await drainOutbox(db.database, { url: db.url, publisher: broker });
    return broker;
  };

  it('Kysely: the event commits with what the transaction wrote', async () => {
    const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
    await kysely.transaction().execute(async (trx) => {
      await trx.insertInto('effect').values({ event_id: crypto.randomUUID(), key: 'a', text: 'a' }).execute();
      await outbox.write(kyselyTransaction(trx), [outbox.event(ArticleDeleted, { articleId: 'a' })]);
    });
    outbox.wake();
    expectPublished(await published(), ArticleDeleted, { articleId: 'a' });
    const failing = kysely.transaction().execute(async (trx) => {
      await outbox.write(kyselyTransaction(trx), [outbox.event(ArticleDeleted, { articleId: 'b' })]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expectPublished(await published(), ArticleDeleted);
  });

  it('TypeORM: an EntityManager has query(text, values)', async () => {
    const client = await pool.connect();
    const manager = { query: async (text: string, values: unknown[]) => (await client.query(text, values)).rows };
    await client.query('BEGIN');
    await outbox.write(typeOrmManager(manager), [outbox.event(ArticleDeleted, { articleId: 'a' })]);
    await client.query('COMMIT');
    client.release();
    expectPublished(await published(), ArticleDeleted, { articleId: 'a' });
  });

  it('Prisma: an interactive transaction has $queryRawUnsafe(text, ...values)', async () => {
    const client = await pool.connect();
    const tx = {
      $queryRawUnsafe: async (text: string, ...values: unknown[]) => (await client.query(text, values)).rows,
    };
    await client.query('BEGIN');
    await outbox.write(prismaTransaction(tx), [outbox.event(ArticleDeleted, { articleId: 'a' })]);
    await client.query('COMMIT');
    client.release();
    expectPublished(await published(), ArticleDeleted, { articleId: 'a' });
  });
});
