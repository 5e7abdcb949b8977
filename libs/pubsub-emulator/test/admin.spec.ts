import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseSetup } from '../src/index.ts';
import { admin, failure, type Fixture, fixture, receive } from './harness.ts';

const SETUP = `
project: test
topics:
  - name: orders
    subscriptions:
      - name: billing
        enableMessageOrdering: true
        deadLetterPolicy: { deadLetterTopic: orders-dead, maxDeliveryAttempts: 7 }
  - orders-dead
`;

let f: Fixture;
beforeAll(async () => {
  f = await fixture({ setup: parseSetup(SETUP) });
});
afterAll(() => f.close());

test('a set-up file declares topics and subscriptions', async () => {
  const [config] = await f.client.subscription('billing').getMetadata();
  expect(config).toMatchObject({
    topic: 'projects/test/topics/orders',
    enableMessageOrdering: true,
    deadLetterPolicy: { deadLetterTopic: 'projects/test/topics/orders-dead', maxDeliveryAttempts: 7 },
  });
  expect(() => parseSetup('topics: []')).toThrow(/project/);
});

test('messages can be looked at and published by hand', async () => {
  const [topic, { name }] = await f.topicAndSubscription();
  await admin(f.emulator, '/api/publish', { topic: topic.name, data: 'by hand', attributes: { a: '1' } });
  expect(await admin(f.emulator, `/api/messages?subscription=${name}`)).toMatchObject([
    { text: 'by hand', attributes: { a: '1' }, deliveries: 0 },
  ]);
  await admin(f.emulator, '/api/clock', { advanceMs: 10 });
  expect(await admin(f.emulator, `/api/messages?subscription=${name}`)).toMatchObject([{ state: 'ready' }]);
  const metrics = await (await fetch(`http://${f.emulator.admin}/metrics`)).text();
  expect(metrics).toContain(`pubsub_backlog_messages{subscription="${name}"} 1`);
});

test('faults: an error reaches the caller, a duplicate comes twice', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  await admin(f.emulator, '/api/faults', { kind: 'error', method: 'GetTopic', code: 7, times: 1 });
  expect((await failure(topic.getMetadata())).code).toBe(7);
  await topic.getMetadata();
  await admin(f.emulator, '/api/faults', { kind: 'duplicate', subscription: subscription.name, times: 1 });
  await topic.publishMessage({ data: Buffer.from('twice') });
  const seen = await receive(subscription, 2);
  expect(seen[0]?.id).toBe(seen[1]?.id);
  await expect(admin(f.emulator, '/api/faults', { kind: 'nonsense' })).rejects.toThrow(/must be delay/);
});

test('a page of another origin cannot drive the admin door', async () => {
  const response = await fetch(`http://${f.emulator.admin}/api/reset`, { method: 'POST', body: '{}' });
  expect(response.status).toBe(415);
});

test('reset removes everything', async () => {
  await admin(f.emulator, '/api/reset', {});
  expect(await admin(f.emulator, '/api/topics')).toEqual([]);
  expect(await admin(f.emulator, '/api/subscriptions')).toEqual([]);
});
