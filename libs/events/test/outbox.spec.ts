import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ArticleDeleted,
  ArticlePublished,
  createOutbox,
  type EventTransaction,
  type OutboxError,
} from '../src/index.ts';
import { drainOutbox, memoryBroker, publishedEvents } from '../src/testing/index.ts';
import { eventsDatabase } from './fixture.ts';

let db: Awaited<ReturnType<typeof eventsDatabase>>;
beforeAll(async () => {
  db = await eventsDatabase();
});
afterAll(() => db.close());
beforeEach(() => db.database.query('TRUNCATE outbox, outbox_key, outbox_dead'));

const outbox = createOutbox({ source: 'test' });
const count = async () => {
  const { rows } = await db.database.query<{ n: number }>('SELECT count(*)::int AS n FROM outbox');
  return rows[0]?.n;
};
const refusal = async (work: Promise<unknown>) =>
  (await work.then(
    () => null,
    (error: unknown) => error,
  )) as OutboxError | null;

describe('the outbox', () => {
  it('writes events with the transaction that commits', async () => {
    await db.database.tx(async (tx) => {
      outbox.publish(tx, ArticleDeleted, { articleId: 'a' });
      outbox.publish(tx, ArticlePublished, { article: { articleId: 'b', title: 'B' } });
      expect(await count()).toBe(0);
    });
    const broker = memoryBroker();
    await drainOutbox(db.database, { url: db.url, publisher: broker });
    expect(publishedEvents(broker, ArticlePublished)).toMatchObject([{ article: { articleId: 'b', title: 'B' } }]);
    const [deleted] = broker.accepted.filter((message) => message.orderingKey === 'a');
    expect(deleted).toMatchObject({
      topic: 'article',
      attributes: {
        'ce-specversion': '1.0',
        'ce-type': 'kiban.events.v1.ArticleDeleted',
        'ce-source': 'test',
        'ce-subject': 'a',
        'content-type': 'application/protobuf',
        'ce-id': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      },
    });
  });

  it('forgets events with the transaction that rolls back', async () => {
    const work = db.database.tx(async (tx) => {
      outbox.publish(tx, ArticleDeleted, { articleId: 'a' });
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await count()).toBe(0);
  });

  it('keeps the order in which one transaction publishes', async () => {
    await db.database.tx(async (tx) => {
      for (let n = 0; n < 500; n++)
        outbox.publish(tx, ArticlePublished, { article: { articleId: `k${n % 5}`, title: `${n}` } });
    });
    const broker = memoryBroker();
    await drainOutbox(db.database, { url: db.url, publisher: broker });
    const byKey = Map.groupBy(publishedEvents(broker, ArticlePublished), (event) => event.article?.articleId);
    expect(byKey.size).toBe(5);
    for (const events of byKey.values()) {
      const titles = events.map((event) => Number(event.article?.title));
      expect(titles).toHaveLength(100);
      expect(titles).toEqual(titles.toSorted((a, b) => a - b));
    }
  });

  it('refuses an event of 12 MB, an empty key and 1,001 keys', async () => {
    const publish = (articleId: string, body = '') =>
      db.database.tx(async (tx) => {
        outbox.publish(tx, ArticlePublished, { article: { articleId, body } });
      });
    expect(await refusal(publish('big', 'x'.repeat(12e6)))).toMatchObject({
      name: 'OutboxError',
      reason: 'event-too-large',
    });
    expect(await refusal(publish(''))).toMatchObject({ reason: 'invalid-key' });
    const many = db.database.tx(async (tx) => {
      for (let n = 0; n <= 1000; n++) outbox.publish(tx, ArticleDeleted, { articleId: `k${n}` });
    });
    expect(await refusal(many)).toMatchObject({ reason: 'too-many-keys' });
    expect(await count()).toBe(0);
  });

  it('refuses to publish outside a transaction, and after it', async () => {
    const pool = db.database as unknown as EventTransaction;
    expect(() => outbox.publish(pool, ArticleDeleted, { articleId: 'a' })).toThrow(
      expect.objectContaining({ reason: 'not-in-a-transaction' }),
    );
    let leaked: EventTransaction | undefined;
    await db.database.tx(async (tx) => {
      leaked = tx;
      outbox.publish(tx, ArticleDeleted, { articleId: 'a' });
    });
    expect(() => outbox.publish(leaked as EventTransaction, ArticleDeleted, { articleId: 'a' })).toThrow(/over|commit/);
  });

  it('serves transactions of other libraries through one method', async () => {
    const client = await db.database.pool.connect();
    await client.query('BEGIN');
    const events = [outbox.event(ArticleDeleted, { articleId: 'a' })];
    await outbox.write({ query: (text, values) => client.query(text, [...(values ?? [])]) as never }, events);
    await client.query('COMMIT');
    client.release();
    expect(await count()).toBe(1);
  });
});
