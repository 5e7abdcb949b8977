import { expect, test } from '@jest/globals';
import { failure, receive, sharedFixture } from '../harness.ts';

const f = sharedFixture();

test('paging: sorted, with tokens at page size 1, and foreign tokens refused', async () => {
  const project = 'projects/paging';
  for (const id of ['ccc', 'aaa', 'bbb']) await f.low.publisher.createTopic({ name: `${project}/topics/${id}` });
  const names: string[] = [];
  let pageToken = '';
  do {
    const [topics, , response] = await f.low.publisher.listTopics(
      { project, pageSize: 1, pageToken },
      { autoPaginate: false },
    );
    expect(topics).toHaveLength(1);
    names.push(...topics.map((topic) => topic.name as string));
    pageToken = response?.nextPageToken ?? '';
  } while (pageToken !== '');
  expect(names).toEqual(['aaa', 'bbb', 'ccc'].map((id) => `${project}/topics/${id}`));
  const foreign = f.low.publisher.listTopics({ project, pageToken: 'nonsense' }, { autoPaginate: false });
  expect((await failure(foreign)).code).toBe(3);
});

test('update mask: required, checked, and only its fields change', async () => {
  const [topic, subscription] = await f.topicAndSubscription({ labels: { a: '1' } });
  const update = (paths: string[]) =>
    f.low.subscriber.updateSubscription({
      subscription: { name: subscription.name, ackDeadlineSeconds: 20, labels: { b: '2' } },
      updateMask: { paths },
    });
  expect((await failure(update([]))).code).toBe(3);
  expect((await failure(update(['nothing']))).code).toBe(3);
  expect((await failure(update(['topic']))).code).toBe(3);
  const [updated] = await update(['ack_deadline_seconds']);
  expect(updated).toMatchObject({ ackDeadlineSeconds: 20, labels: { a: '1' } });
  const [changed] = await f.low.publisher.updateTopic({
    topic: { name: topic.name, labels: { c: '3' } },
    updateMask: { paths: ['labels'] },
  });
  expect(changed.labels).toEqual({ c: '3' });
});

test('IAM: a fresh topic has {version 0, bindings []}; what is set is given back; asked permissions are granted', async () => {
  const [topic] = await f.topicAndSubscription();
  expect((await topic.iam.getPolicy())[0]).toMatchObject({ version: 0, bindings: [] });
  const bindings = [{ role: 'roles/pubsub.viewer', members: ['user:alice@example.com'] }];
  await topic.iam.setPolicy({ bindings } as never);
  expect((await topic.iam.getPolicy())[0].bindings).toMatchObject(bindings);
  expect((await topic.iam.testPermissions(['pubsub.topics.publish']))[0]).toEqual({ 'pubsub.topics.publish': true });
});

test('limits: names, attributes, ordering keys, empty messages, number of messages', async () => {
  const [topic] = await f.topicAndSubscription();
  const refused = async (messages: object[]): Promise<number> =>
    (await failure(f.low.publisher.publish({ topic: topic.name, messages }))).code;
  const data = Buffer.from('d');
  expect(await refused([])).toBe(3);
  expect(await refused([{}])).toBe(3);
  expect(await refused([{ data, orderingKey: 'k'.repeat(1025) }])).toBe(3);
  expect(await refused([{ data, attributes: { ['k'.repeat(257)]: '' } }])).toBe(3);
  expect(await refused([{ data, attributes: { k: 'v'.repeat(1025) } }])).toBe(3);
  expect(await refused([{ data, attributes: { '': 'v' } }])).toBe(3);
  expect(
    await refused([{ data, attributes: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, ''])) }]),
  ).toBe(3);
  expect(await refused(Array.from({ length: 1001 }, () => ({ data })))).toBe(3);
  expect(await refused([{ data: Buffer.alloc(11_000_000) }])).toBe(3);
  expect(await refused([{ data: Buffer.alloc(6_000_000) }, { data: Buffer.alloc(6_000_000) }])).toBe(3);
  for (const id of ['ab', '1abc', 'goog-topic', 'a b c', 'x'.repeat(256)]) {
    expect((await failure(f.low.publisher.createTopic({ name: `projects/test/topics/${id}` }))).code).toBe(3);
  }
  expect(
    (await failure(f.low.subscriber.acknowledge({ subscription: 'projects/test/subscriptions/none', ackIds: ['x'] })))
      .code,
  ).toBe(5);
});

test('malformed ack ids are INVALID_ARGUMENT with a message that says so', async () => {
  const [, { name: subscription }] = await f.topicAndSubscription();
  const error = await failure(f.low.subscriber.acknowledge({ subscription, ackIds: ['nonsense'] }));
  expect(error.code).toBe(3);
  expect(error.message).toContain('malformed');
});

const AVRO = JSON.stringify({ type: 'record', name: 'Province', fields: [{ name: 'name', type: 'string' }] });

test('schemas: an Avro topic takes what matches, marks it, and refuses the rest with the reason', async () => {
  const schema = await f.client.createSchema(f.unique('schema'), 'AVRO', AVRO);
  const [topic] = await f.client.createTopic({
    name: f.unique('topic'),
    schemaSettings: { schema: await schema.getName(), encoding: 'JSON' },
  });
  const [subscription] = await topic.createSubscription(f.unique('s'));
  const error = await failure(topic.publishMessage({ data: Buffer.from('{"name":1}') }));
  expect(error.code).toBe(3);
  expect(error.message).toMatch(/name|string/);
  await topic.publishMessage({ data: Buffer.from('{"name":"Ontario"}') });
  const [message] = await receive(subscription, 1);
  expect(message?.attributes).toMatchObject({
    googclient_schemaname: await schema.getName(),
    googclient_schemaencoding: 'JSON',
  });
  expect(message?.attributes['googclient_schemarevisionid']).toMatch(/^[0-9a-f]{8}$/);
});

test('schemas: protocol buffers in both encodings, revisions, rollback and views', async () => {
  const definition = 'syntax = "proto3"; message Province { string name = 1; int64 count = 2; }';
  const schema = await f.client.createSchema(f.unique('schema'), 'PROTOCOL_BUFFER', definition);
  const name = await schema.getName();
  const client = await f.client.getSchemaClient();
  const parent = 'projects/test';
  await client.validateMessage({ parent, name, message: Buffer.from('{"name":"x","count":"7"}'), encoding: 'JSON' });
  await client.validateMessage({ parent, name, message: Buffer.from([10, 1, 65]), encoding: 'BINARY' });
  const bad = client.validateMessage({ parent, name, message: Buffer.from('{"nom":"x"}'), encoding: 'JSON' });
  expect((await failure(bad)).code).toBe(3);
  const wrong = client.createSchema({
    parent,
    schemaId: 'bad',
    schema: { type: 'PROTOCOL_BUFFER', definition: 'message {' },
  });
  expect((await failure(wrong)).code).toBe(3);
  const [second] = await client.commitSchema({
    name,
    schema: { name, type: 'PROTOCOL_BUFFER', definition: definition.replace('count', 'total') },
  });
  const [revisions] = await client.listSchemaRevisions({ name, view: 'FULL' });
  expect(revisions).toHaveLength(2);
  expect(revisions[0]?.revisionId).toBe(second.revisionId);
  const [rolled] = await client.rollbackSchema({ name, revisionId: revisions[1]?.revisionId as string });
  expect(rolled.definition).toBe(definition);
  expect((await client.getSchema({ name, view: 'BASIC' }))[0].definition).toBe('');
  await client.deleteSchemaRevision({ name: `${name}@${second.revisionId}` });
  await schema.delete();
  expect((await failure(client.getSchema({ name }))).code).toBe(5);
});

test('deliveries that are not made are accepted and echoed, and the admin door says so', async () => {
  const [topic] = await f.topicAndSubscription();
  const [subscription] = await topic.createSubscription(f.unique('s'), { bigqueryConfig: { table: 'p.d.t' } });
  expect((await subscription.getMetadata())[0].bigqueryConfig?.table).toBe('p.d.t');
  const views = (await (await fetch(`http://${f.emulator.admin}/api/subscriptions`)).json()) as {
    name: string;
    notDelivered?: string;
  }[];
  expect(views.find((view) => view.name === subscription.name)?.notDelivered).toContain('BigQuery');
});
