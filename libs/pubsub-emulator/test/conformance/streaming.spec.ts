import { expect, test } from '@jest/globals';
import { admin, failure, sharedFixture } from '../harness.ts';
import { openStream, type Response } from '../open-stream.ts';

const f = sharedFixture();

const received = (responses: Response[]) => responses.flatMap((response) => response.receivedMessages);

test('every response tells of ordering and exactly-once: the Go client stops to order at the first that does not', async () => {
  const [topic, { name }] = await f.topicAndSubscription({ enableMessageOrdering: true });
  const { stream, responses, until, close } = openStream(f.low.subscriber, name);
  await until(() => responses.length === 1);
  await topic.publishMessage({ data: Buffer.from('m') });
  await until(() => received(responses).length === 1);
  stream.write({});
  await until(() => responses.length === 3);
  for (const response of responses) {
    expect(response.subscriptionProperties).toMatchObject({
      exactlyOnceDeliveryEnabled: false,
      messageOrderingEnabled: true,
    });
  }
  await close();
});

test('exactly-once switched on while a stream is open is told on that stream', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  const { responses, until, close } = openStream(f.low.subscriber, subscription.name);
  await until(() => responses.length === 1);
  await subscription.setMetadata({ enableExactlyOnceDelivery: true });
  await topic.publishMessage({ data: Buffer.from('m') });
  await until(() => received(responses).length === 1);
  expect(responses.at(-1)?.subscriptionProperties?.exactlyOnceDeliveryEnabled).toBe(true);
  await close();
});

test('a later request moves the ack deadline of a stream, within 10 to 600 s', async () => {
  const [topic, { name }] = await f.topicAndSubscription();
  const { stream, responses, until, close, error } = openStream(f.low.subscriber, name);
  await until(() => responses.length === 1);
  stream.write({ streamAckDeadlineSeconds: 60 });
  await until(() => responses.length === 2);
  await topic.publishMessage({ data: Buffer.from('m') });
  await until(() => received(responses).length === 1);
  await admin(f.emulator, '/api/clock', { advanceMs: 30_000 });
  stream.write({});
  await until(() => responses.length === 4);
  expect(received(responses)).toHaveLength(1);
  await admin(f.emulator, '/api/clock', { advanceMs: 31_000 });
  await until(() => received(responses).length === 2);
  stream.write({ streamAckDeadlineSeconds: 5 });
  await until(() => error() !== undefined);
  expect(error()?.code).toBe(3);
  await close();
});

test.each([
  ['a deadline of 5 s', { streamAckDeadlineSeconds: 5 }, 3],
  ['an unknown subscription', { subscription: 'projects/test/subscriptions/nowhere' }, 5],
  ['a malformed ack id', { ackIds: ['nonsense'] }, 3],
  ['a modack without seconds', { modifyDeadlineAckIds: ['a-1-1'] }, 3],
])('a stream opened with %s is ended', async (_what, first, code) => {
  const [, { name }] = await f.topicAndSubscription();
  const { until, error } = openStream(f.low.subscriber, name, first);
  await until(() => error() !== undefined);
  expect(error()?.code).toBe(code);
});

test('a deleted subscription ends its streams with NOT_FOUND, a detached one with FAILED_PRECONDITION', async () => {
  const [, one] = await f.topicAndSubscription();
  const [, other] = await f.topicAndSubscription();
  const deleted = openStream(f.low.subscriber, one.name);
  const detached = openStream(f.low.subscriber, other.name);
  await deleted.until(() => deleted.responses.length === 1);
  await detached.until(() => detached.responses.length === 1);
  await one.delete();
  await f.client.detachSubscription(other.name);
  await deleted.until(() => deleted.error() !== undefined);
  await detached.until(() => detached.error() !== undefined);
  expect([deleted.error()?.code, detached.error()?.code]).toEqual([5, 9]);
});

test('a subscription with a push endpoint refuses pulls and streams with FAILED_PRECONDITION', async () => {
  const [, { name }] = await f.topicAndSubscription({ pushEndpoint: 'http://127.0.0.1:9/' });
  expect((await failure(f.low.subscriber.pull({ subscription: name, maxMessages: 1 }))).code).toBe(9);
  const { until, error } = openStream(f.low.subscriber, name);
  await until(() => error() !== undefined);
  expect(error()?.code).toBe(9);
});
