import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { failure, type Fixture, fixture, receive } from './harness.ts';

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

test('a published message arrives, with id, time, attributes and data', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  const id = await topic.publishMessage({ data: Buffer.from('héllo'), attributes: { a: '1', b: 'ü' } });
  const [message] = await receive(subscription, 1);
  expect(message?.id).toBe(id);
  expect(message?.data.toString()).toBe('héllo');
  expect(message?.attributes).toEqual({ a: '1', b: 'ü' });
  expect(Math.abs(Number(message?.publishTime) - Date.now())).toBeLessThan(5000);
});

test('a nacked message comes again at once, with another ack id', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  await topic.publishMessage({ data: Buffer.from('again') });
  const ackIds: string[] = [];
  await receive(subscription, 3, (message) => {
    ackIds.push(message.ackId);
    if (ackIds.length < 3) message.nack();
    else message.ack();
  });
  expect(new Set(ackIds).size).toBe(3);
});

test('messages of a key come in order, and after a nack all later ones again', async () => {
  const [topic, subscription] = await f.topicAndSubscription({ enableMessageOrdering: true });
  topic.setPublishOptions({ messageOrdering: true });
  const names = ['a', 'b', 'c', 'd', 'e'];
  await Promise.all(names.map((name) => topic.publishMessage({ data: Buffer.from(name), orderingKey: 'k' })));
  let nacked = false;
  const seen = await receive(subscription, 8, (message) => {
    if (message.data.toString() === 'c' && !nacked) {
      nacked = true;
      message.nack();
    } else message.ack();
  });
  expect(seen.map((message) => message.data.toString()).slice(-3)).toEqual(['c', 'd', 'e']);
});

test('ten thousand messages arrive once each', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  const ids = await Promise.all(
    Array.from({ length: 10_000 }, (_, i) => topic.publishMessage({ data: Buffer.from(String(i)) })),
  );
  const seen = await receive(subscription, 10_000, undefined, { timeoutMs: 25_000 });
  expect(new Set(seen.map((message) => message.id))).toEqual(new Set(ids));
}, 40_000);

test('unknown resources are NOT_FOUND, existing ones ALREADY_EXISTS', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  expect((await failure(f.client.topic('nowhere').getMetadata())).code).toBe(5);
  expect((await failure(f.client.subscription('nowhere').getMetadata())).code).toBe(5);
  expect((await failure(f.client.createTopic(topic.name))).code).toBe(6);
  expect((await failure(topic.createSubscription(subscription.name))).code).toBe(6);
});
