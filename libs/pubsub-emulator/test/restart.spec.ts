import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fixture, receive } from './harness.ts';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'pubsub-'));
});
afterEach(() => rm(stateDir, { recursive: true }));

test('topics, subscriptions, backlog and what was acknowledged survive a restart', async () => {
  const before = await fixture({ stateDir });
  const [topic, subscription] = await before.topicAndSubscription({ ackDeadlineSeconds: 33, labels: { a: 'b' } });
  const [dead] = await before.client.createTopic('gone');
  await dead.delete();
  for (const name of ['one', 'two', 'three']) await topic.publishMessage({ data: Buffer.from(name) });
  await receive(subscription, 3, (message) => message.data.toString() === 'two' && message.ack());
  await before.close();

  const after = await fixture({ stateDir });
  const again = after.client.subscription(subscription.name);
  const [config] = await again.getMetadata();
  expect(config).toMatchObject({ ackDeadlineSeconds: 33, labels: { a: 'b' }, topic: topic.name });
  expect(await after.client.topic('gone').exists()).toEqual([false]);
  const seen = await receive(again, 2);
  expect(seen.map((message) => message.data.toString()).sort()).toEqual(['one', 'three']);
  await after.close();
}, 20_000);
