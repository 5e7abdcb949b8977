import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@kiban/testing';
import { Registry } from 'prom-client';
import { ArticleDeleted, createOutbox, createRelay, type Relay, type RelayOptions } from '../src/index.ts';
import { drainOutbox, type MemoryBroker, memoryBroker, publishedEvents } from '../src/testing/index.ts';
import { eventsDatabase } from './fixture.ts';

const INVALID_ARGUMENT = 3;
const UNAVAILABLE = 14;

let db: Awaited<ReturnType<typeof eventsDatabase>>;
let broker: MemoryBroker;
let relays: Relay[];
beforeEach(async () => {
  db = await eventsDatabase();
  broker = memoryBroker();
  relays = [];
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await db.close();
});

const outbox = createOutbox({ source: 'test' });
const publish = (...keys: string[]) =>
  db.database.tx(async (tx) => keys.map((articleId) => outbox.publish(tx, ArticleDeleted, { articleId })));
const start = (options: Partial<RelayOptions> = {}) => {
  const relay = createRelay({ databases: [{ name: 'test', url: db.url }], publisher: broker, ...options });
  relays.push(relay);
  return relay;
};
const ids = (key: string) => [
  ...new Set(
    broker.accepted.filter((message) => message.orderingKey === key).map((message) => message.attributes['ce-id']),
  ),
];
const rows = async (text: string) => (await db.database.query(text)).rows;

describe('the relay', () => {
  it('publishes within milliseconds of a commit that wakes it', async () => {
    start({ pollMs: 60_000 });
    const waking = createOutbox({ source: 'test', wake: db.database });
    const publishOne = () => db.database.tx(async (tx) => waking.publish(tx, ArticleDeleted, { articleId: 'a' }));
    // Its workers have looked and found nothing: the next look of their own is a minute away.
    const rests = async () => {
      const [found] =
        await rows(`SELECT count(*)::int AS n, bool_and(state = 'idle' AND state_change < now() - interval '50 ms') AS idle
        FROM pg_stat_activity WHERE application_name = 'kiban-relay shards' AND datname = current_database()`);
      return Number(found?.['n']) > 0 && found?.['idle'] === true;
    };
    for (let n = 1; n <= 3; n++) {
      await until(rests, { timeoutMs: 5_000, message: 'at rest' });
      await publishOne();
      await until(() => broker.accepted.length === n, { timeoutMs: 2_000, message: 'woken' });
    }
  });

  it('waits for its tables without taking ever more connections', async () => {
    await rows('ALTER TABLE outbox RENAME TO not_yet');
    start();
    const one = async (text: string) => Number((await rows(text))[0]?.['n']);
    const tries = () => one('SELECT sessions::int AS n FROM pg_stat_database WHERE datname = current_database()');
    const before = await tries();
    let most = 0;
    const look = async () => {
      const open = await one(`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE application_name LIKE 'kiban-relay%' AND datname = current_database()`);
      most = Math.max(most, open);
      return (await tries()) > before + 20;
    };
    await until(look, { timeoutMs: 20_000, message: 'many tries' });
    expect(most).toBeLessThan(10);
    await rows('ALTER TABLE not_yet RENAME TO outbox');
    await publish('a');
    await until(() => broker.accepted.length === 1, { timeoutMs: 5_000, message: 'published' });
  }, 40_000);

  it('holds the key of an event that Pub/Sub refuses, and no other', async () => {
    const [bad, behind] = await publish('bad', 'bad', 'good');
    broker.judge = (_topic, messages) =>
      messages.some((message) => message.attributes['ce-id'] === bad) ? { refuse: INVALID_ARGUMENT } : 'accept';
    start({ retryMs: { first: 20, last: 50 } });
    await until(async () => (await rows('SELECT 1 FROM outbox_key WHERE attempts >= 3')).length === 1, {
      timeoutMs: 5_000,
      message: 'attempts',
    });
    await publish('good', 'other');
    await until(() => ids('good').length === 2 && ids('other').length === 1, {
      timeoutMs: 2_000,
      message: 'others go on',
    });
    expect(ids('bad')).toEqual([]);
    broker.judge = () => 'accept';
    await until(() => ids('bad').length === 2, { timeoutMs: 2_000, message: 'goes on after the fix' });
    expect(ids('bad')).toEqual([bad, behind]);
    await until(async () => (await rows('SELECT 1 FROM outbox_key')).length === 0, {
      timeoutMs: 2_000,
      message: 'forgotten',
    });
  });

  it('moves the refused event to outbox_dead where the topic says so, and goes on with its key', async () => {
    const [first, bad, last] = await publish('k', 'k', 'k');
    broker.judge = (_topic, messages) =>
      messages.some((message) => message.attributes['ce-id'] === bad)
        ? { refuse: INVALID_ARGUMENT, message: 'too odd' }
        : 'accept';
    const topology = { topics: { article: { onPoison: 'deadLetter' } }, subscriptions: {} } as const;
    await drainOutbox(db.database, { url: db.url, publisher: broker, topology });
    expect(ids('k')).toEqual([first, last]);
    expect(await rows('SELECT event_id, error FROM outbox_dead')).toEqual([
      { event_id: bad, error: expect.stringContaining('too odd') },
    ]);
  });

  it('keeps the order of a key over lost replies', async () => {
    let requests = 0;
    broker.judge = () =>
      ++requests % 3 === 0 ? 'lose-reply' : requests % 5 === 0 ? { refuse: UNAVAILABLE } : 'accept';
    const sent: string[] = [];
    for (let n = 0; n < 30; n++) sent.push(...(await publish('k', 'k')));
    await drainOutbox(db.database, { url: db.url, publisher: broker, retryMs: { first: 5, last: 20 }, batch: 7 });
    expect(ids('k')).toEqual(sent);
  });

  it('loses nothing and keeps the order when its connections are cut all the time', async () => {
    start();
    start();
    let cutting = true;
    const cutter = (async () => {
      while (cutting) {
        await rows(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kiban-relay shards' ORDER BY random() LIMIT 1",
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const sent = new Map<string, string[]>();
    for (let n = 0; n < 200; n++) {
      const key = `k${n % 5}`;
      sent.set(key, [...(sent.get(key) ?? []), ...(await publish(key))]);
    }
    cutting = false;
    await cutter;
    await until(async () => (await rows('SELECT 1 FROM outbox')).length === 0, {
      timeoutMs: 20_000,
      message: 'drained',
    });
    for (const [key, expected] of sent) expect(ids(key)).toEqual(expected);
  }, 40_000);

  it('rests while Pub/Sub is away, holds no key for it, and shows the age', async () => {
    const metrics = new Registry();
    let away = true;
    let calls = 0;
    broker.judge = () => (calls++, away ? { refuse: UNAVAILABLE } : 'accept');
    await publish(...Array.from({ length: 40 }, (_, n) => `k${n}`));
    const relay = start({ metrics });
    await until(() => calls > 100, { timeoutMs: 5_000, message: 'tries' });
    expect(await rows('SELECT 1 FROM outbox_key')).toEqual([]);
    expect(relay.health()).toEqual({ test: true });
    away = false;
    await until(() => publishedEvents(broker, ArticleDeleted).length === 40, { timeoutMs: 5_000, message: 'resumes' });
    // Counted once the rows are deleted, a moment after the last publish.
    await until(async () => /outbox_published_total\{database="test"\} 40\n/.test(await metrics.metrics()), {
      timeoutMs: 5_000,
      message: '40 published',
    });
  });
});
