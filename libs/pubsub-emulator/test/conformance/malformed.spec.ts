import { beforeAll, expect, test } from '@jest/globals';
import { failure, sharedFixture } from '../harness.ts';

const INVALID_ARGUMENT = 3;
const PROJECT = 'projects/test';
const data = Buffer.from('d');

const f = sharedFixture();
let topic: string;
let subscription: string;
beforeAll(async () => {
  const [made, subscribed] = await f.topicAndSubscription();
  topic = made.name;
  subscription = subscribed.name;
});

async function refused(call: Promise<unknown>, reason: RegExp): Promise<void> {
  const error = await failure(call);
  expect([error.code, error.details]).toEqual([INVALID_ARGUMENT, expect.stringMatching(reason)]);
}

test.each([
  ['topics/x', /expected "projects\/\{project\}\/topics/],
  ['nonsense', /Refer to https:\/\/cloud.google.com\/pubsub\/docs/],
  ['projects//topics/abc', /expected/],
  ['projects/test/topics/', /3 to 255/],
  ['projects/test/topics/ab', /3 to 255/],
  ['projects/test/topics/1abc', /start with a letter/],
  ['projects/test/topics/goog-topic', /not start with "goog"/],
  ['projects/test/topics/a b c', /contain only/],
  ['projects/test/topics/a/b/c', /expected/],
  ['projects/te st/topics/abc', /expected/],
  [`projects/test/topics/${'x'.repeat(256)}`, /255/],
])('names: topic "%.40s" is refused with the rule it breaks', async (name, reason) => {
  await refused(f.low.publisher.createTopic({ name }), reason);
});

test('names: project ids that only tests use are taken (underscores, upper case, one letter)', async () => {
  for (const project of ['demo_project', 'TEST', 'P', 'example.com:app', '123456']) {
    await f.low.publisher.createTopic({ name: `projects/${project}/topics/abc` });
  }
});

test.each([
  ['nothing at all', [], /must be set/],
  ['an unknown field', ['colour'], /'colour' is not a known/],
  ['an immutable field', ['filter'], /'filter' is not a mutable/],
  ['a path into a number', ['ack_deadline_seconds.x'], /not a message/],
  ['an unknown inner field', ['push_config.colour'], /'push_config.colour' is not a known/],
])('masks: %s is refused', async (_what, paths, reason) => {
  const update = { subscription: { name: subscription }, updateMask: { paths } };
  await refused(f.low.subscriber.updateSubscription(update), reason);
});

test.each([
  ['attributes.a ~ "b"', /unexpected '~' at column 14/],
  ['attributes.a =', /value in double quotes/],
  ["attributes.a = 'b'", /unexpected '''/],
  ['NOT', /expected 'attributes'/],
  ['attributes:a AND attributes:b OR attributes:c', /parentheses/],
  ['(attributes:a', /expected '\)'/],
  ['data:x', /expected 'attributes'/],
  [`attributes:${'a'.repeat(300)}`, /at most 256/],
])('filters: %s is refused with what is wrong', async (filter, reason) => {
  const name = `${PROJECT}/subscriptions/${f.unique('s')}`;
  await refused(f.low.subscriber.createSubscription({ name, topic, filter }), reason);
});

test('ack ids: none, malformed ones and more than 512 KB of them are refused', async () => {
  const ack = (ackIds: string[]) => f.low.subscriber.acknowledge({ subscription, ackIds });
  await refused(ack([]), /must not be empty/);
  await refused(ack(['nonsense']), /malformed/);
  const many = Array.from({ length: 40_000 }, (_, i) => `aaaaaa-1-${i}`);
  await refused(ack(many), /exceeds the limit: 524288 bytes/);
  await refused(
    f.low.subscriber.modifyAckDeadline({ subscription, ackIds: many, ackDeadlineSeconds: 0 }),
    /exceeds the limit/,
  );
  await refused(
    f.low.subscriber.modifyAckDeadline({ subscription, ackIds: ['a-1-1'], ackDeadlineSeconds: 601 }),
    /between 0 and 600/,
  );
});

test('publishes: 11 MB, 101 attributes, 1001 messages and reserved keys are refused with the limit', async () => {
  const publish = (messages: object[]) => f.low.publisher.publish({ topic, messages });
  await refused(publish([{ data: Buffer.alloc(11_000_000) }]), /request_size is too large.*maximum value is/);
  const attributes = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, 'v']));
  await refused(publish([{ data, attributes }]), /101 attributes; at most 100/);
  await refused(
    publish(Array.from({ length: 1001 }, () => ({ data }))),
    /You passed 1001 in the request, but the maximum value is 1000/,
  );
  await refused(publish([{ data }, { data, attributes: { goog_x: '' } }]), /messages\[1\].*"goog"/);
  await refused(publish([{ data }, {}]), /messages\[1\] is empty/);
});

test('page tokens of another list, of another project, or made up are refused', async () => {
  await f.low.publisher.createTopic({ name: 'projects/other/topics/aaa' });
  await f.low.publisher.createTopic({ name: 'projects/other/topics/bbb' });
  const paged = { autoPaginate: false };
  const [, , response] = await f.low.publisher.listTopics({ project: 'projects/other', pageSize: 1 }, paged);
  const pageToken = response?.nextPageToken as string;
  const reason = /Invalid page_token/;
  await refused(f.low.publisher.listTopics({ project: PROJECT, pageToken }, paged), reason);
  await refused(f.low.subscriber.listSubscriptions({ project: 'projects/other', pageToken }, paged), reason);
  await refused(f.low.publisher.listTopics({ project: PROJECT, pageToken: 'nonsense' }, paged), reason);
  await refused(f.low.publisher.listTopics({ project: PROJECT, pageSize: -1 }, paged), /must not be negative/);
  await refused(f.low.publisher.listTopics({ project: 'nonsense' }, paged), /expected "projects/);
});

test('pulls, seeks and pushes that make no sense are refused', async () => {
  await refused(f.low.subscriber.pull({ subscription, maxMessages: 0 }), /max_messages/);
  await refused(f.low.subscriber.seek({ subscription }), /time or snapshot/);
  const name = `${PROJECT}/subscriptions/${f.unique('s')}`;
  const push = (pushEndpoint: string) =>
    f.low.subscriber.createSubscription({ name, topic, pushConfig: { pushEndpoint } });
  await refused(push('ftp://example.com'), /http/);
  await refused(push('nonsense'), /http/);
  const both = { name, topic, pushConfig: { pushEndpoint: 'http://127.0.0.1:9/' }, enableExactlyOnceDelivery: true };
  await refused(f.low.subscriber.createSubscription(both), /Exactly-once/);
});
