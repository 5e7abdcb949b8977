import { expect, test } from '@jest/globals';
import { admin, failure, receive, sharedFixture } from '../harness.ts';

const f = sharedFixture();

const pull = async (subscription: string, maxMessages = 100) => {
  const [response] = await f.low.subscriber.pull({ subscription, maxMessages, returnImmediately: true });
  return response.receivedMessages ?? [];
};
/** Pulls until something comes: delivery starts a little after the reply to the publish. */
const pullSome = async (subscription: string, maxMessages = 100) => {
  const [response] = await f.low.subscriber.pull({ subscription, maxMessages });
  return response.receivedMessages ?? [];
};
const texts = (messages: Awaited<ReturnType<typeof pull>>): string[] =>
  messages.map((received) => Buffer.from(received.message?.data as Uint8Array).toString());
const ackIds = (messages: Awaited<ReturnType<typeof pull>>): string[] =>
  messages.map((received) => received.ackId as string);

test('ack deadline: 10 by default, 10 to 600 allowed', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  expect((await subscription.getMetadata())[0].ackDeadlineSeconds).toBe(10);
  for (const ackDeadlineSeconds of [9, 601]) {
    expect((await failure(topic.createSubscription(f.unique('s'), { ackDeadlineSeconds }))).code).toBe(3);
  }
});

test('an expired lease is redelivered with a new ack id; a modack moves the deadline; 0 redelivers at once', async () => {
  const [topic, { name: subscription }] = await f.topicAndSubscription();
  await topic.publishMessage({ data: Buffer.from('m') });
  const first = ackIds(await pullSome(subscription));
  await f.low.subscriber.modifyAckDeadline({ subscription, ackIds: first, ackDeadlineSeconds: 60 });
  await admin(f.emulator, '/api/clock', { advanceMs: 30_000 });
  expect(await pull(subscription)).toEqual([]);
  await admin(f.emulator, '/api/clock', { advanceMs: 31_000 });
  const second = ackIds(await pullSome(subscription));
  expect(second).not.toEqual(first);
  await f.low.subscriber.modifyAckDeadline({ subscription, ackIds: second, ackDeadlineSeconds: 0 });
  expect(await pullSome(subscription)).toHaveLength(1);
});

test('trap 3: a late ack of an earlier delivery does not ack the redelivery', async () => {
  const [topic, { name: subscription }] = await f.topicAndSubscription();
  await topic.publishMessage({ data: Buffer.from('m') });
  const first = ackIds(await pullSome(subscription));
  await admin(f.emulator, '/api/clock', { advanceMs: 11_000 });
  const second = ackIds(await pullSome(subscription));
  await f.low.subscriber.acknowledge({ subscription, ackIds: first });
  await f.low.subscriber.modifyAckDeadline({ subscription, ackIds: second, ackDeadlineSeconds: 0 });
  const third = await pullSome(subscription);
  expect(third).toHaveLength(1);
  await f.low.subscriber.acknowledge({ subscription, ackIds: ackIds(third) });
  await admin(f.emulator, '/api/clock', { advanceMs: 11_000 });
  expect(await pull(subscription)).toEqual([]);
});

test('ordering: after a failed message all later ones of its key come again in order, even acknowledged ones', async () => {
  const [topic, { name: subscription }] = await f.topicAndSubscription({ enableMessageOrdering: true });
  const messages = ['a', 'b', 'c'].map((data) => ({ data: Buffer.from(data), orderingKey: 'k' }));
  await f.low.publisher.publish({ topic: topic.name, messages });
  const first = await pullSome(subscription);
  expect(texts(first)).toEqual(['a', 'b', 'c']);
  const [a, b] = ackIds(first) as [string, string];
  await f.low.subscriber.acknowledge({ subscription, ackIds: [b] });
  await f.low.subscriber.modifyAckDeadline({ subscription, ackIds: [a], ackDeadlineSeconds: 0 });
  const again = await pullSome(subscription);
  expect(texts(again)).toEqual(['a', 'b', 'c']);
  await f.low.subscriber.acknowledge({ subscription, ackIds: ackIds(again).toReversed() });
  await admin(f.emulator, '/api/clock', { advanceMs: 11_000 });
  expect(await pull(subscription)).toEqual([]);
});

test('ordering: nothing of a key is delivered to another pull while messages of it are outstanding', async () => {
  const [topic, { name: subscription }] = await f.topicAndSubscription({ enableMessageOrdering: true });
  const messages = ['a', 'b'].map((data) => ({ data: Buffer.from(data), orderingKey: 'k' }));
  await f.low.publisher.publish({ topic: topic.name, messages });
  const [a] = await pullSome(subscription, 1);
  expect(await pull(subscription)).toEqual([]);
  await f.low.subscriber.acknowledge({ subscription, ackIds: [a?.ackId as string] });
  expect(texts(await pullSome(subscription))).toEqual(['b']);
});

test('ordering: one publish request has one ordering key', async () => {
  const [topic] = await f.topicAndSubscription();
  const messages = ['x', 'y'].map((orderingKey) => ({ data: Buffer.from('d'), orderingKey }));
  expect((await failure(f.low.publisher.publish({ topic: topic.name, messages }))).code).toBe(3);
});

test('dead letter: delivery attempts are counted, and the message is forwarded with where it came from', async () => {
  const [dead, deadSubscription] = await f.topicAndSubscription();
  const [topic, subscription] = await f.topicAndSubscription({
    deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
  });
  await topic.publishMessage({ data: Buffer.from('m'), attributes: { own: 'yes' } });
  const attempts: number[] = [];
  const seen = await receive(subscription, 5, (message) => {
    attempts.push(message.deliveryAttempt);
    message.nack();
  });
  expect(seen).toHaveLength(5);
  expect(attempts).toEqual([1, 2, 3, 4, 5]);
  const [forwarded] = await receive(deadSubscription, 1);
  expect(forwarded?.deliveryAttempt).toBe(0);
  expect(forwarded?.attributes).toMatchObject({
    own: 'yes',
    CloudPubSubDeadLetterSourceDeliveryCount: '5',
    CloudPubSubDeadLetterSourceSubscription: subscription.name.split('/').at(-1),
    CloudPubSubDeadLetterSourceSubscriptionProject: 'test',
  });
});

test('dead letter: max_delivery_attempts is 5 to 100, and the topic must exist', async () => {
  const [topic] = await f.topicAndSubscription();
  const create = (deadLetterTopic: string, maxDeliveryAttempts: number) =>
    failure(topic.createSubscription(f.unique('s'), { deadLetterPolicy: { deadLetterTopic, maxDeliveryAttempts } }));
  expect((await create(topic.name, 4)).code).toBe(3);
  expect((await create(topic.name, 101)).code).toBe(3);
  expect((await create('projects/test/topics/nowhere', 5)).code).toBe(5);
});

test('retry policy: the wait doubles from the minimum to the maximum, after a nack and after an expiry', async () => {
  const retryPolicy = { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 15 } };
  const [topic, { name: subscription }] = await f.topicAndSubscription({ retryPolicy });
  await topic.publishMessage({ data: Buffer.from('m') });
  const nack = async (ids: string[]) =>
    f.low.subscriber.modifyAckDeadline({ subscription, ackIds: ids, ackDeadlineSeconds: 0 });
  await nack(ackIds(await pullSome(subscription)));
  await admin(f.emulator, '/api/clock', { advanceMs: 9000 });
  expect(await pull(subscription)).toEqual([]);
  await admin(f.emulator, '/api/clock', { advanceMs: 1100 });
  expect(await pullSome(subscription)).toHaveLength(1);
  await admin(f.emulator, '/api/clock', { advanceMs: 10_100 });
  await admin(f.emulator, '/api/clock', { advanceMs: 14_000 });
  expect(await pull(subscription)).toEqual([]);
  await admin(f.emulator, '/api/clock', { advanceMs: 1100 });
  expect(await pullSome(subscription)).toHaveLength(1);
});

test('filter: only what matches is delivered, and a filter cannot be changed or be malformed', async () => {
  const filter = 'attributes:a AND (attributes.b = "x" OR hasPrefix(attributes.b, "y")) AND NOT attributes.c != "1"';
  const [topic, subscription] = await f.topicAndSubscription({ filter });
  const publish = (data: string, attributes: Record<string, string>) =>
    topic.publishMessage({ data: Buffer.from(data), attributes });
  await publish('no c', { a: '', b: 'x' });
  await publish('yes', { a: '', b: 'x', c: '1' });
  await publish('no a', { b: 'x', c: '1' });
  await publish('prefix', { a: '', b: 'yes', c: '1' });
  const seen = await receive(subscription, 2);
  expect(seen.map((message) => message.data.toString()).toSorted()).toEqual(['prefix', 'yes']);
  expect((await failure(subscription.setMetadata({ filter: 'attributes:z' }))).code).toBe(3);
  for (const bad of [
    'attributes.a',
    'attributes.a = x',
    'a = "b"',
    'attributes:a AND attributes:b OR attributes:c',
    '(attributes:a',
  ]) {
    expect((await failure(topic.createSubscription(f.unique('s'), { filter: bad }))).code).toBe(3);
  }
});

test('exactly-once: an ack confirms, a second and a late one fail with PERMANENT_FAILURE_INVALID_ACK_ID', async () => {
  const [topic, subscription] = await f.topicAndSubscription({ enableExactlyOnceDelivery: true });
  await topic.publishMessage({ data: Buffer.from('m') });
  const answers: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  subscription.on('message', (message) => {
    void message.ackWithResponse().then((answer) => {
      answers.push(String(answer));
      resolve();
    });
  });
  await promise;
  await subscription.close();
  expect(answers).toEqual(['SUCCESS']);

  await topic.publishMessage({ data: Buffer.from('late') });
  const late = ackIds(await pullSome(subscription.name));
  await admin(f.emulator, '/api/clock', { advanceMs: 11_000 });
  const error = (await failure(
    f.low.subscriber.acknowledge({ subscription: subscription.name, ackIds: late }),
  )) as unknown as {
    code: number;
    errorInfoMetadata: Record<string, string>;
  };
  expect(error.code).toBe(9);
  expect(error.errorInfoMetadata).toEqual({ [late[0] as string]: 'PERMANENT_FAILURE_INVALID_ACK_ID' });
});

test('retain_acked_messages and seek to a time: what was acknowledged after it comes again, what is before is done', async () => {
  const [topic, subscription] = await f.topicAndSubscription({ retainAckedMessages: true });
  await topic.publishMessage({ data: Buffer.from('old') });
  await admin(f.emulator, '/api/clock', { advanceMs: 60_000 });
  await topic.publishMessage({ data: Buffer.from('new') });
  const all = await pullSome(subscription.name);
  const rest = all.length < 2 ? [...all, ...(await pullSome(subscription.name))] : all;
  await f.low.subscriber.acknowledge({ subscription: subscription.name, ackIds: ackIds(rest) });
  const time = rest
    .map((received) => Number(received.message?.publishTime?.seconds))
    .sort((a, b) => a - b)[1] as number;
  await subscription.seek(new Date(time * 1000 - 30_000));
  expect(texts(await pullSome(subscription.name))).toEqual(['new']);
  await subscription.seek(new Date(time * 1000 + 3_600_000));
  expect(await pull(subscription.name)).toEqual([]);
});

test('snapshot: seeking to it brings back what was unacknowledged then and everything since', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  await topic.publishMessage({ data: Buffer.from('before') });
  await receive(subscription, 1);
  await topic.publishMessage({ data: Buffer.from('open') });
  const [snapshot] = await subscription.createSnapshot(f.unique('snapshot'));
  await topic.publishMessage({ data: Buffer.from('after') });
  const again = f.client.subscription(subscription.name);
  await receive(again, 2);
  await snapshot.seek();
  const seen = await receive(f.client.subscription(subscription.name), 2);
  expect(seen.map((message) => message.data.toString()).toSorted()).toEqual(['after', 'open']);
});

test('retention: unacknowledged messages are dropped after message_retention_duration; 10 minutes to 31 days', async () => {
  const [topic, subscription] = await f.topicAndSubscription({ messageRetentionDuration: 600 });
  await topic.publishMessage({ data: Buffer.from('m') });
  const held = () => admin(f.emulator, `/api/messages?subscription=${subscription.name}`);
  await admin(f.emulator, '/api/clock', { advanceMs: 590_000 });
  expect(await held()).toHaveLength(1);
  await admin(f.emulator, '/api/clock', { advanceMs: 30_000 });
  await new Promise(setImmediate);
  expect(await held()).toEqual([]);
  expect(await pull(subscription.name)).toEqual([]);
  expect((await failure(topic.createSubscription(f.unique('s'), { messageRetentionDuration: 599 }))).code).toBe(3);
  expect(
    (await failure(topic.createSubscription(f.unique('s'), { messageRetentionDuration: 31 * 86_400 + 1 }))).code,
  ).toBe(3);
});

test('detach: the backlog is dropped and consuming fails with FAILED_PRECONDITION', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  await topic.publishMessage({ data: Buffer.from('m') });
  await f.client.detachSubscription(subscription.name);
  expect(await subscription.detached()).toEqual([true]);
  expect((await failure(pull(subscription.name))).code).toBe(9);
  const [subscriptions] = await topic.getSubscriptions();
  expect(subscriptions).toEqual([]);
});

test('deleted topic: subscriptions keep their backlog and call it _deleted-topic_', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  await topic.publishMessage({ data: Buffer.from('m') });
  await topic.delete();
  expect((await subscription.getMetadata())[0].topic).toBe('_deleted-topic_');
  expect(texts(await pullSome(subscription.name))).toEqual(['m']);
});
