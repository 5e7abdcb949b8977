import { PubSub } from '@google-cloud/pubsub';
import { expect, test } from '@jest/globals';
import { receive, sharedFixture } from '../harness.ts';
import { openStream, type Response } from '../open-stream.ts';

const f = sharedFixture();

const open = (subscription: string, more: object = {}) => openStream(f.low.subscriber, subscription, more);

test('trap 1: an empty request on a stream is answered with an empty response', async () => {
  const [, { name }] = await f.topicAndSubscription();
  const { stream, responses, until, close } = open(name);
  await until(() => responses.length === 1);
  expect(responses[0]?.subscriptionProperties?.exactlyOnceDeliveryEnabled).toBe(false);
  stream.write({});
  await until(() => responses.length === 2);
  expect(responses[1]).toMatchObject({ receivedMessages: [] });
  await close();
});

test('trap 2: no message arrives before the reply to its publish', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  let replied = 0;
  const ahead: number[] = [];
  const done = receive(subscription, 100, (message) => {
    if (Number(message.data.toString()) >= replied) ahead.push(Number(message.data.toString()));
    message.ack();
  });
  for (let i = 0; i < 100; i++) {
    await topic.publishMessage({ data: Buffer.from(String(i)) });
    replied = i + 1;
  }
  await done;
  expect(ahead).toEqual([]);
}, 20_000);

test('trap 4: flow control holds per stream and is set in the first request only', async () => {
  const [topic, { name }] = await f.topicAndSubscription();
  await Promise.all(Array.from({ length: 10 }, (_, i) => topic.publishMessage({ data: Buffer.from(String(i)) })));
  const first = open(name, { maxOutstandingMessages: 3 });
  const second = open(name, { maxOutstandingMessages: 3 });
  const count = (responses: Response[]): number =>
    responses.reduce((sum, response) => sum + response.receivedMessages.length, 0);
  await first.until(() => count(first.responses) === 3);
  await second.until(() => count(second.responses) === 3);
  second.stream.write({ maxOutstandingMessages: 100 });
  await second.until(() => second.error() !== undefined);
  expect(second.error()?.code).toBe(3);
  expect(count(first.responses)).toBe(3);
  await first.close();
});

test('trap 5: the emulator listens on IPv4 and takes more than 4 MB at once', async () => {
  expect(f.emulator.host).toMatch(/^127\.0\.0\.1:\d+$/);
  const [topic, subscription] = await f.topicAndSubscription();
  await topic.publishMessage({ data: Buffer.alloc(9_000_000, 7) });
  const [message] = await receive(subscription, 1);
  expect(message?.data.length).toBe(9_000_000);
});

test('trap 5: a client that is told "localhost" finds it, whatever the name resolves to first', async () => {
  const port = f.emulator.host.split(':')[1];
  const client = new PubSub({ projectId: 'test', apiEndpoint: `localhost:${port}`, emulatorMode: true } as never);
  await client.createTopic('by-localhost');
  await client.close();
});

test('trap 6: a stream cut by a fault is reopened by the client and goes on', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  const done = receive(subscription, 2);
  await topic.publishMessage({ data: Buffer.from('one') });
  const cut = async () =>
    (await (
      await fetch(`http://${f.emulator.admin}/api/disconnect`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ subscription: subscription.name }),
      })
    ).json()) as { streams: number };
  expect((await cut()).streams).toBeGreaterThan(0);
  await topic.publishMessage({ data: Buffer.from('two') });
  expect(await done).toHaveLength(2);
});

test('trap 7: low-level clients work when given the address', async () => {
  const [topic] = await f.low.publisher.createTopic({ name: 'projects/test/topics/low-level' });
  expect(topic.name).toBe('projects/test/topics/low-level');
});

test('acknowledgements on the stream count, and exactly-once confirms them there', async () => {
  const [topic, { name }] = await f.topicAndSubscription({ enableExactlyOnceDelivery: true });
  await topic.publishMessage({ data: Buffer.from('m') });
  const { stream, responses, until, close } = open(name);
  const received = (): { ackId: string }[] =>
    responses.flatMap((response) => response.receivedMessages as { ackId: string }[]);
  await until(() => received().length === 1);
  stream.write({ ackIds: received().map((each) => each.ackId) });
  const confirmed = (): string[] =>
    responses.flatMap(
      (each) => (each as { acknowledgeConfirmation?: { ackIds: string[] } }).acknowledgeConfirmation?.ackIds ?? [],
    );
  await until(() => confirmed().length > 0);
  expect(confirmed()).toEqual([received()[0]?.ackId]);
  await close();
});
