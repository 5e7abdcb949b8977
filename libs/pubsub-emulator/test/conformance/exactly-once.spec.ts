import type { Message } from '@google-cloud/pubsub';
import { expect, test } from '@jest/globals';
import { admin, sharedFixture } from '../harness.ts';

const f = sharedFixture();

/** Publishes one message and hands its deliveries over, one at a time. */
async function deliveries() {
  const [topic, subscription] = await f.topicAndSubscription({ enableExactlyOnceDelivery: true });
  const waiting: ((message: Message) => void)[] = [];
  const came: Message[] = [];
  subscription.on('message', (message: Message) => {
    const take = waiting.shift();
    if (take) take(message);
    else came.push(message);
  });
  await topic.publishMessage({ data: Buffer.from('m') });
  const next = async (): Promise<Message> =>
    came.shift() ?? (await new Promise<Message>((resolve) => waiting.push(resolve)));
  return { next, subscription };
}

test("the client's responses: modack, nack and ack succeed, a second ack is invalid", async () => {
  const { next, subscription } = await deliveries();
  const first = await next();
  expect(await first.modAckWithResponse(60)).toBe('SUCCESS');
  expect(await first.nackWithResponse()).toBe('SUCCESS');
  const second = await next();
  expect(second.id).toBe(first.id);
  expect(await second.ackWithResponse()).toBe('SUCCESS');
  const [response] = await f.low.subscriber
    .acknowledge({ subscription: subscription.name, ackIds: [second.ackId] })
    .catch((error: { code: number }) => [error.code]);
  expect(response).toBe(9);
  await subscription.close();
});

test('an ack after the deadline fails, and the message comes again', async () => {
  const [topic, { name: subscription }] = await f.topicAndSubscription({ enableExactlyOnceDelivery: true });
  await topic.publishMessage({ data: Buffer.from('m') });
  const pull = async (): Promise<string> => {
    const [response] = await f.low.subscriber.pull({ subscription, maxMessages: 1 });
    return response.receivedMessages?.[0]?.ackId as string;
  };
  const late = await pull();
  await admin(f.emulator, '/api/clock', { advanceMs: 11_000 });
  const again = await pull();
  const error = await f.low.subscriber.acknowledge({ subscription, ackIds: [late, again] }).then(
    () => undefined,
    (failed: { code: number; errorInfoMetadata?: Record<string, string> }) => failed,
  );
  // The good ack id of a mixed request counts; only the late one is named.
  expect(error?.code).toBe(9);
  expect(error?.errorInfoMetadata).toEqual({ [late]: 'PERMANENT_FAILURE_INVALID_ACK_ID' });
  await admin(f.emulator, '/api/clock', { advanceMs: 11_000 });
  const [rest] = await f.low.subscriber.pull({ subscription, maxMessages: 1, returnImmediately: true });
  expect(rest.receivedMessages).toEqual([]);
});
