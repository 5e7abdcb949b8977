import { expect, test } from '@jest/globals';
import { admin, failure, receive, sharedFixture } from '../harness.ts';

const DAY = 86_400_000;

const f = sharedFixture();

const advance = (ms: number) => admin(f.emulator, '/api/clock', { advanceMs: ms });

test('topic retention: a new subscription can seek back to messages older than itself', async () => {
  const [topic] = await f.client.createTopic({
    name: f.unique('topic'),
    messageRetentionDuration: { seconds: 3600 },
  });
  await topic.publishMessage({ data: Buffer.from('early') });
  const [subscription] = await topic.createSubscription(f.unique('s'));
  expect((await subscription.getMetadata())[0].topicMessageRetentionDuration).toMatchObject({ seconds: '3600' });
  await subscription.seek(new Date(Date.now() - 60_000));
  const [message] = await receive(subscription, 1);
  expect(message?.data.toString()).toBe('early');
});

test('seek to the future acknowledges everything published so far', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  await topic.publishMessage({ data: Buffer.from('skipped') });
  await subscription.seek(new Date(Date.now() + 2000));
  await topic.publishMessage({ data: Buffer.from('kept') });
  const seen = await receive(subscription, 1);
  expect(seen.map((message) => message.data.toString())).toEqual(['kept']);
});

test('a snapshot of another topic is refused with FAILED_PRECONDITION', async () => {
  const [, one] = await f.topicAndSubscription();
  const [, other] = await f.topicAndSubscription();
  const [snapshot] = await one.createSnapshot(f.unique('snapshot'));
  expect((await failure(other.seek(snapshot.name))).code).toBe(9);
});

test('a snapshot expires after 7 days, an unused subscription after its expiration policy, another never', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  const [forever] = await topic.createSubscription(f.unique('s'), { expirationPolicy: {} });
  const [snapshot] = await subscription.createSnapshot(f.unique('snapshot'));
  const snapshots = async () => (await f.client.getSnapshots())[0].map(({ name }) => name);
  expect(await snapshots()).toContain(snapshot.name);
  await advance(8 * DAY);
  while ((await snapshots()).includes(snapshot.name));
  expect(await subscription.exists()).toEqual([true]);
  await advance(24 * DAY);
  while ((await subscription.exists())[0]);
  expect(await forever.exists()).toEqual([true]);
});

test('expiration policy: at least a day, and not shorter than the retention', async () => {
  const [topic] = await f.topicAndSubscription();
  const create = (seconds: number) =>
    failure(topic.createSubscription(f.unique('s'), { expirationPolicy: { ttl: { seconds } } }));
  expect((await create(86_399)).code).toBe(3);
  expect((await create(2 * 86_400)).code).toBe(3);
});
