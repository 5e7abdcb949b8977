import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArticleDeleted, ArticlePublished, createOutbox } from '../src/index.ts';
import { drainOutbox, expectPublished, faultBroker, memoryBroker } from '../src/testing/index.ts';
import { eventsDatabase } from './fixture.ts';

let db: Awaited<ReturnType<typeof eventsDatabase>>;
beforeAll(async () => {
  db = await eventsDatabase();
});
afterAll(() => db.close());
const outbox = createOutbox({ source: 'test' });

describe('the test kit', () => {
  it('says what was published instead of what was expected', async () => {
    await db.database.tx(async (tx) => {
      outbox.publish(tx, ArticlePublished, { article: { articleId: 'a', title: 'A', tags: ['x'] } });
      outbox.publish(tx, ArticleDeleted, { articleId: 'b' });
    });
    const broker = memoryBroker();
    await drainOutbox(db.database, { url: db.url, publisher: broker });
    expectPublished(broker, ArticlePublished, { article: { articleId: 'a', tags: ['x'] } });
    expectPublished(broker, ArticleDeleted, { articleId: 'b' });
    expect(() => expectPublished(broker, ArticleDeleted)).toThrow(/expected 0 .* published were 1/);
    expect(() => expectPublished(broker, ArticleDeleted, { articleId: 'c' })).toThrow(/"articleId":"c"/);
    expect(() => expectPublished(broker, ArticlePublished, { article: { tags: [] } })).not.toThrow();
    expect(() => expectPublished(broker, ArticlePublished, { article: { tags: ['y'] } })).toThrow(/"tags":\["x"\]/);
  });

  it('breaks publishes as Pub/Sub does, and every event arrives all the same', async () => {
    const broker = faultBroker({ refuse: 0.3, loseReply: 0.3, seed: 5 });
    const sent = Array.from({ length: 30 }, (_, n) => `k${n}`);
    for (const articleId of sent) await db.database.tx(async (tx) => outbox.publish(tx, ArticleDeleted, { articleId }));
    const options = { url: db.url, publisher: broker, retryMs: { first: 5, last: 20 } };
    await drainOutbox(db.database, options);
    const ids = broker.accepted.map((message) => message.attributes['ce-id']);
    expect(new Set(broker.accepted.map((message) => message.orderingKey))).toEqual(new Set(sent));
    expect(ids.length).toBeGreaterThan(new Set(ids).size);
  });
});
