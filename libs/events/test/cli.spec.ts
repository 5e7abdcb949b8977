import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testPubSub } from '@kiban/testing';
import { runCli } from '../cli/run-cli.ts';
import { ArticlePublished, createOutbox, drainOutbox, memoryBroker, publishedEvents, uuid7 } from '../src/index.ts';
import { eventsDatabase } from './fixture.ts';

const INVALID_ARGUMENT = 3;
let db: Awaited<ReturnType<typeof eventsDatabase>>;
let emulator: Awaited<ReturnType<typeof testPubSub>>;
beforeAll(async () => {
  db = await eventsDatabase();
  emulator = await testPubSub();
});
afterAll(async () => {
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
