import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testPubSub, until } from '@kiban/testing';
import { runCli } from '../cli/run-cli.ts';
import { ArticlePublished, createOutbox, createRelay, type Relay } from '../src/index.ts';
import { drainOutbox, expectPublished, memoryBroker, publishedEvents } from '../src/testing/index.ts';
import { uuid7 } from '../src/uuid7.ts';
import { eventsDatabase } from './fixture.ts';

const INVALID_ARGUMENT = 3;
let db: Awaited<ReturnType<typeof eventsDatabase>>;
let emulator: Awaited<ReturnType<typeof testPubSub>>;
let relay: Relay | undefined;
beforeAll(async () => {
  db = await eventsDatabase();
  emulator = await testPubSub();
});
afterAll(async () => {
  await relay?.stop();
  await emulator.close();
  await db.close();
});
beforeEach(() => db.database.query('TRUNCATE outbox, outbox_key, outbox_dead, inbox_dead'));

const outbox = createOutbox({ source: 'test' });
async function run(...argv: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const env = { DATABASE_URL_CONTENT: db.url, PUBSUB_EMULATOR_HOST: emulator.host };
  const code = await runCli(argv, env, (line) => lines.push(line));
  return { code, text: lines.join('\n') };
}

describe('npm run events', () => {
  it('applies the declared topics and subscriptions', async () => {
    expect((await run('apply')).text).toContain('created   projects/kiban-local/subscriptions/similarity-article');
    expect((await run('apply')).text).not.toContain('created');
  });

  it('shows a dead event decoded, and replays it after a fix', async () => {
    const id = await db.database.tx(async (tx) =>
      outbox.publish(tx, ArticlePublished, { article: { articleId: 'a', title: 'Poison' } }),
    );
    const broker = memoryBroker();
    broker.judge = () => ({ refuse: INVALID_ARGUMENT, message: 'attribute too long' });
    const topology = { topics: { article: { onPoison: 'deadLetter' } }, subscriptions: {} } as const;
    await drainOutbox(db.database, { url: db.url, publisher: broker, topology });
    expect((await run('outbox', 'status')).text).toMatch(/dead +1/);
    const list = await run('outbox', 'dead', 'ls');
    expect(list.text).toContain(id);
    expect(list.text).toContain('"title": "Poison"');
    expect(list.text).toContain('attribute too long');
    broker.judge = () => 'accept';
    expect(await run('outbox', 'dead', 'replay', id)).toEqual({ code: 0, text: '1 put back into the outbox' });
    await drainOutbox(db.database, { url: db.url, publisher: broker });
    expect(publishedEvents(broker, ArticlePublished)).toMatchObject([{ article: { title: 'Poison' } }]);
    expect(broker.accepted[0]?.attributes['ce-id']).toBe(id);
  });

  it('drops a waiting event and says so when there is none', async () => {
    const id = await db.database.tx(async (tx) =>
      outbox.publish(tx, ArticlePublished, { article: { articleId: 'a' } }),
    );
    expect((await run('outbox', 'show', id)).text).toContain('"articleId": "a"');
    expect(await run('outbox', 'drop', id)).toEqual({ code: 0, text: `dropped ${id}` });
    expect(await run('outbox', 'drop', id)).toMatchObject({ code: 2 });
  });

  it('shows why a key is held, and tries it again when asked', async () => {
    const [bad] = await db.database.tx(async (tx) =>
      ['bad', 'behind'].map((title) => outbox.publish(tx, ArticlePublished, { article: { articleId: 'held', title } })),
    );
    const broker = memoryBroker();
    broker.judge = () => ({ refuse: INVALID_ARGUMENT, message: 'attribute too long' });
    const topology = { topics: { article: { onPoison: 'block' } }, subscriptions: {} } as const;
    const hour = { first: 3_600_000, last: 3_600_000 };
    relay = createRelay({
      databases: [{ name: 'test', url: db.url }],
      publisher: broker,
      topology,
      retryMs: hour,
    });
    await until(async () => (await run('outbox', 'keys')).text.includes('attempts 1'), { message: 'held' });
    const keys = await run('outbox', 'keys');
    expect(keys.text).toContain(`article held  attempts 1`);
    expect(keys.text).toContain(bad);
    expect(keys.text).toContain('attribute too long');
    expect((await run('outbox', 'status')).text).toMatch(/blocked keys +1/);
    broker.judge = () => 'accept';
    expect(await run('outbox', 'retry', 'held')).toMatchObject({ code: 0 });
    await until(() => broker.accepted.length === 2, { message: 'both events' });
    await relay.stop();
    expectPublished(broker, ArticlePublished, { article: { title: 'bad' } }, { article: { title: 'behind' } });
    expect((await run('outbox', 'keys')).text).toBe('no key is held back');
  });

  it('vacuums and reindexes', async () => {
    expect(await run('outbox', 'vacuum')).toEqual({ code: 0, text: 'vacuumed and reindexed' });
  });

  it('shows and drops a dead message', async () => {
    const payload = Buffer.from([0x0a, 1, 0x61]); // articleId: "a"
    const attributes = JSON.stringify({ 'ce-id': uuid7(), 'ce-type': 'kiban.events.v1.ArticleDeleted' });
    await db.database.query(
      `INSERT INTO inbox_dead (subscription, message_id, ordering_key, payload, attributes, reason, error)
       VALUES ('similarity-article', '2', 'a', $1, $2::jsonb, 'handler-failed', 'gave up after 2 attempts')`,
      [payload, attributes],
    );
    const number = /^(\d+)/.exec((await run('inbox', 'dead', 'ls')).text)?.[1] ?? '';
    const shown = await run('inbox', 'dead', 'show', number);
    expect(shown.text).toContain('"articleId": "a"');
    expect(shown.text).toContain('gave up after 2 attempts');
    expect(await run('inbox', 'dead', 'drop', number)).toEqual({ code: 0, text: `dropped ${number}` });
    expect(await run('inbox', 'dead', 'drop', number)).toMatchObject({ code: 2 });
  });

  it('replays a dead message through Pub/Sub', async () => {
    await run('apply');
    const attributes = JSON.stringify({ 'ce-id': uuid7(), 'ce-type': 'kiban.events.v9.Unknown' });
    await db.database.query(
      `INSERT INTO inbox_dead (subscription, message_id, ordering_key, payload, attributes, reason, error)
       VALUES ('similarity-article', '1', 'k', '\\x00', $1::jsonb, 'unknown-type', 'unknown')`,
      [attributes],
    );
    expect((await run('inbox', 'dead', 'ls')).text).toContain('unknown-type');
    expect(await run('inbox', 'dead', 'replay', '--all')).toEqual({ code: 0, text: '1 published again' });
    expect((await run('inbox', 'dead', 'ls')).text).toBe('no dead messages');
  });

  it('explains itself when it does not understand', async () => {
    expect(await run('outbox', 'nonsense')).toMatchObject({ code: 2, text: expect.stringContaining('outbox dead ls') });
    expect(await run('outbox', 'status', '--service', 'similarity')).toMatchObject({
      code: 2,
      text: expect.stringContaining('DATABASE_URL_SIMILARITY'),
    });
  });
});
