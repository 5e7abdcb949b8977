import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { applyTopology, createPublisher, type Publisher } from '@kiban/pubsub';
import { testPubSub, until } from '@kiban/testing';
import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ArticleDeleted,
  ArticlePublished,
  createOutbox,
  createRelay,
  type EventContext,
  type EventOf,
  EventsModule,
  OnEvent,
  type Relay,
  topology,
} from '../src/index.ts';
import { uuid7 } from '../src/uuid7.ts';
import { eventsDatabase, type Schema } from './fixture.ts';

const SUBSCRIPTION = 'similarity-article';
let failing: (text: string) => boolean = () => false;

@Injectable()
class Indexer {
  @OnEvent(ArticlePublished, { subscription: SUBSCRIPTION })
  async index(event: EventOf<typeof ArticlePublished>, { tx, id, orderingKey }: EventContext<Schema>): Promise<void> {
    const text = event.article?.title ?? '';
    await tx.kysely.insertInto('effect').values({ event_id: id, key: orderingKey, text }).execute();
    if (failing(text)) throw new Error(`cannot index ${text}`);
  }

  @OnEvent(ArticleDeleted, { subscription: SUBSCRIPTION, deadLetterAfter: 2 })
  async remove(event: EventOf<typeof ArticleDeleted>, { tx, id }: EventContext<Schema>): Promise<void> {
    if (event.articleId === 'stuck') throw new Error('never works');
    await tx.query('INSERT INTO effect (event_id, key, text) VALUES ($1, $2, $3)', [id, event.articleId, 'deleted']);
  }
}

let db: Awaited<ReturnType<typeof eventsDatabase>>;
let emulator: Awaited<ReturnType<typeof testPubSub>>;
let app: INestApplicationContext;
let publisher: Publisher;
let relay: Relay;
const health = new Map<string, boolean>();
const outbox = createOutbox({ source: 'test' });

beforeAll(async () => {
  db = await eventsDatabase();
  emulator = await testPubSub();
  const connection = { emulatorHost: emulator.host };
  await applyTopology(topology, connection);

  @Module({
    imports: [
      EventsModule.forRoot({
        ...connection,
        database: db.database,
        health: { set: (name, serving) => health.set(name, serving) },
        probeMs: 200,
      }),
    ],
    providers: [Indexer],
  })
  class TestModule {}

  app = await NestFactory.createApplicationContext(TestModule, { logger: false });
  publisher = createPublisher(connection);
  relay = createRelay({ databases: [{ name: 'test', url: db.url }], publisher });
}, 30_000);

afterAll(async () => {
  await app.close();
  await relay.stop();
  await publisher.close();
  await emulator.close();
  await db.close();
});

beforeEach(() => db.database.query('TRUNCATE effect, inbox_dead'));

const publish = (key: string, ...titles: string[]) =>
  db.database.tx(async (tx) =>
    titles.map((title) => outbox.publish(tx, ArticlePublished, { article: { articleId: key, title } })),
  );
const texts = async (key: string) => {
  const { rows } = await db.database.query<{ text: string }>('SELECT text FROM effect WHERE key = $1 ORDER BY n', [
    key,
  ]);
  return rows.map((row) => row.text);
};
const dead = async () =>
  (await db.database.query<{ reason: string; error: string }>('SELECT reason, error FROM inbox_dead')).rows;
const send = (attributes: Record<string, string>, data: Uint8Array, orderingKey = 'x') =>
  publisher.publish('article', [{ attributes, data, orderingKey }]);

describe('from a transaction to a handler, through the real client', () => {
  it('says that it receives', () => {
    expect(health.get('consumer')).toBe(true);
  });

  it('applies events of a key once and in order', async () => {
    const titles = Array.from({ length: 50 }, (_, n) => `t${n}`);
    for (const title of titles) await publish('a', title);
    await until(async () => (await texts('a')).length >= 50, { timeoutMs: 15_000, message: 'effects' });
    expect(await texts('a')).toEqual(titles);
  });

  it('drops a duplicate that has another message id', async () => {
    const id = uuid7();
    const attributes = { 'ce-id': id, 'ce-type': ArticleDeleted.type, 'content-type': 'application/protobuf' };
    const data = Buffer.from([0x0a, 1, 0x64]); // articleId: "d"
    await send(attributes, data, 'd');
    await send(attributes, data, 'd');
    await publish('d', 'after');
    await until(async () => (await texts('d')).includes('after'), { timeoutMs: 10_000, message: 'effects' });
    expect(await texts('d')).toEqual(['deleted', 'after']);
  });

  it('rolls the effect of a failing handler back, blocks its key alone, and recovers in order', async () => {
    failing = (text) => text === 'bad';
    await publish('p', 'one', 'bad', 'three');
    await publish('q', 'fine');
    await until(async () => (await texts('q')).length === 1, { timeoutMs: 10_000, message: 'other key' });
    await until(async () => (await texts('p')).length === 1, { timeoutMs: 10_000, message: 'the event before it' });
    expect(await texts('p')).toEqual(['one']);
    failing = () => false;
    await until(async () => (await texts('p')).length === 3, { timeoutMs: 20_000, message: 'recovery' });
    expect(await texts('p')).toEqual(['one', 'bad', 'three']);
  }, 40_000);

  it('buries what it cannot read and goes on with the key', async () => {
    await send({ 'ce-id': 'nonsense', 'ce-type': ArticlePublished.type }, Buffer.from('x'), 'u');
    await send({ 'ce-id': uuid7(), 'ce-type': ArticlePublished.type }, Buffer.from([0xff, 0xff]), 'u');
    await send({ 'ce-id': uuid7(), 'ce-type': 'kiban.events.v9.ArticleRenamed' }, Buffer.alloc(0), 'u');
    await publish('u', 'readable');
    await until(async () => (await texts('u')).length === 1, { timeoutMs: 10_000, message: 'key goes on' });
    expect((await dead()).map((row) => row.reason).sort()).toEqual(['undecodable', 'undecodable', 'unknown-type']);
  });

  it('reads a message of a newer schema, whose new fields it does not know', async () => {
    const known = ArticleDeleted.create({ articleId: 'n' });
    const bytes = Buffer.concat([Buffer.from([0x0a, 1, 0x6e]), Buffer.from([0xfa, 0x3e, 2, 1, 2])]); // + field 1007
    expect(known.articleId).toBe('n');
    await send({ 'ce-id': uuid7(), 'ce-type': ArticleDeleted.type }, bytes, 'n');
    await until(async () => (await texts('n')).length === 1, { timeoutMs: 10_000, message: 'handled' });
  });

  it('gives up after deadLetterAfter attempts where the handler asks for it', async () => {
    await db.database.tx(async (tx) => outbox.publish(tx, ArticleDeleted, { articleId: 'stuck' }));
    await publish('stuck', 'next');
    await until(async () => (await texts('stuck')).length === 1, { timeoutMs: 30_000, message: 'key goes on' });
    expect(await dead()).toEqual([{ reason: 'handler-failed', error: expect.stringContaining('never works') }]);
  }, 40_000);
});
