import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testPubSub, until } from '@kiban/testing';
import {
  applyTopology,
  createPublisher,
  type PubSubConnection,
  PubSubError,
  startConsumer,
  type Topology,
} from '../src/index.ts';

const topology = {
  topics: { article: {}, user: {} },
  subscriptions: { one: { topic: 'article' }, two: { topic: 'user' }, late: { topic: 'article' } },
} satisfies Topology;

let emulator: Awaited<ReturnType<typeof testPubSub>>;
let connection: PubSubConnection;
beforeAll(async () => {
  emulator = await testPubSub();
  connection = { project: 'kiban-test', prefix: 'dev-', emulatorHost: emulator.host };
});
afterAll(() => emulator.close());

const message = (orderingKey: string, text: string) => ({ orderingKey, data: Buffer.from(text), attributes: { text } });

describe('applyTopology', () => {
  it('creates what is missing, with the prefix, and nothing the second time', async () => {
    const first = await applyTopology(topology, connection);
    expect(first.map((applied) => applied.action)).toEqual(Array(5).fill('created'));
    expect(first[0]?.resource).toBe('projects/kiban-test/topics/dev-article');
    const second = await applyTopology(topology, connection);
    expect(second.map((applied) => applied.action)).toEqual(Array(5).fill('unchanged'));
  });

  it('updates what can change and refuses what cannot', async () => {
    const slower = { ...topology, subscriptions: { one: { topic: 'article', ackDeadlineSeconds: 60 } } };
    const applied = await applyTopology(slower, connection);
    expect(applied.at(-1)).toEqual({ resource: 'projects/kiban-test/subscriptions/dev-one', action: 'updated' });
    const unordered = { ...topology, subscriptions: { one: { topic: 'article', ordered: false } } };
    await expect(applyTopology(unordered, connection)).rejects.toThrow(/exists with ordering true, declared is false/);
  });
});

describe('publisher', () => {
  it('says which command helps when a topic is missing', async () => {
    const publisher = createPublisher(connection);
    const failure = await publisher.publish('nothing', [message('', 'x')]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PubSubError);
    expect(failure).toMatchObject({
      code: 5,
      permanent: false,
      message: expect.stringContaining('npm run events -- apply'),
    });
    await publisher.close();
  });

  it('gives up at its deadline when nobody answers', async () => {
    const silent = http2.createServer().listen(0, '127.0.0.1');
    const sessions: http2.ServerHttp2Session[] = [];
    silent.on('session', (session) => sessions.push(session));
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const publisher = createPublisher({ ...connection, emulatorHost: `127.0.0.1:${port}`, deadlineMs: 300 });
    const failure = await publisher.publish('article', [message('', 'x')]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'PubSubError', code: 4, permanent: false });
    await publisher.close();
    for (const session of sessions) session.destroy();
    silent.close();
  });

  it('says at once that nobody is there', async () => {
    const publisher = createPublisher({ ...connection, emulatorHost: '127.0.0.1:1', deadlineMs: 60_000 });
    const failure = await publisher.publish('article', [message('', 'x')]).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 14,
      permanent: false,
      message: expect.stringContaining('PUBSUB_EMULATOR_HOST'),
    });
    await publisher.close();
  });
});

describe('consumer', () => {
  it('keeps the order of a key over asynchronous handlers and runs keys side by side', async () => {
    const publisher = createPublisher(connection);
    const seen: string[] = [];
    let running = 0;
    let most = 0;
    const consumer = await startConsumer({
      ...connection,
      subscription: 'one',
      concurrency: 4,
      async handle({ attributes }) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        seen.push(attributes['text'] ?? '');
        running--;
      },
    });
    for (let n = 0; n < 20; n++)
      for (const key of ['a', 'b', 'c']) await publisher.publish('article', [message(key, `${key}${n}`)]);
    await until(() => seen.length >= 60, { timeoutMs: 15_000, message: 'all messages' });
    for (const key of ['a', 'b', 'c']) {
      expect(seen.filter((text) => text.startsWith(key))).toEqual(Array.from({ length: 20 }, (_, n) => `${key}${n}`));
    }
    expect(most).toBeGreaterThan(1);
    await consumer.drain();
    await publisher.close();
  });

  it('delivers a failed message and those behind it again, in order, while other keys go on', async () => {
    const publisher = createPublisher(connection);
    const seen: string[] = [];
    let failures = 0;
    const consumer = await startConsumer({
      ...connection,
      subscription: 'two',
      async handle({ attributes }) {
        if (attributes['text'] === 'bad1' && failures++ < 1) throw new Error('not yet');
        seen.push(attributes['text'] ?? '');
      },
    });
    const batch = (key: string) => Array.from({ length: 4 }, (_, n) => message(key, `${key}${n}`));
    await publisher.publish('user', batch('bad'));
    await publisher.publish('user', batch('good'));
    await until(() => seen.length >= 8, { timeoutMs: 20_000, message: 'redelivery' });
    expect(seen.filter((text) => text.startsWith('bad'))).toEqual(['bad0', 'bad1', 'bad2', 'bad3']);
    expect(seen.indexOf('good3')).toBeLessThan(seen.indexOf('bad1'));
    await consumer.drain();
    await publisher.close();
  });

  it('turns dead when Pub/Sub goes away, and receives again when it is back', async () => {
    const port = Number(emulator.host.split(':')[1]);
    const states: boolean[] = [];
    const seen: string[] = [];
    const consumer = await startConsumer({
      ...connection,
      subscription: 'late',
      probeMs: 100,
      handle: async ({ attributes }) => void seen.push(attributes['text'] ?? ''),
      onLive: (live) => states.push(live),
    });
    expect(consumer.live).toBe(true);
    await emulator.close();
    await until(() => !consumer.live, { timeoutMs: 10_000, message: 'dead' });
    emulator = await testPubSub({ port });
    await applyTopology(topology, connection);
    await until(() => consumer.live, { timeoutMs: 10_000, message: 'live' });
    const publisher = createPublisher(connection);
    await publisher.publish('article', [message('k', 'after')]);
    await until(() => seen.includes('after'), { timeoutMs: 20_000, message: 'delivery' });
    expect(states).toEqual([true, false, true]);
    await consumer.drain();
    await publisher.close();
  }, 40_000);
});
