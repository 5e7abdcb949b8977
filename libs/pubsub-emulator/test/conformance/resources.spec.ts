import { expect, test } from '@jest/globals';
import { admin, failure, sharedFixture } from '../harness.ts';

const f = sharedFixture();

test('topics: labels, region, key, ingestion and transforms are echoed, with the state of the source', async () => {
  const sent = {
    labels: { team: 'a' },
    messageStoragePolicy: { allowedPersistenceRegions: ['us-east1'] },
    kmsKeyName: 'projects/p/locations/global/keyRings/r/cryptoKeys/k',
    ingestionDataSourceSettings: { awsKinesis: { streamArn: 's', consumerArn: 'c', awsRoleArn: 'r' } },
    messageTransforms: [{ javascriptUdf: { functionName: 'f', code: 'function f(m) { return m; }' } }],
  };
  const [topic] = await f.client.createTopic({ name: f.unique('topic'), ...sent });
  const [config] = await topic.getMetadata();
  expect(config).toMatchObject({ ...sent, state: 'ACTIVE' });
  expect(config.ingestionDataSourceSettings?.awsKinesis?.state).toBe('ACTIVE');
});

test('topics: a storage policy without any region is refused', async () => {
  const [topic] = await f.topicAndSubscription();
  await topic.setMetadata({ messageStoragePolicy: { allowedPersistenceRegions: ['us-east1'] } });
  const error = await failure(topic.setMetadata({ messageStoragePolicy: { allowedPersistenceRegions: [] } }));
  expect(error).toMatchObject({ code: 3, details: expect.stringContaining('must not be empty') });
});

test('snapshots: one without a name gets one in the project of its subscription', async () => {
  const [, { name: subscription }] = await f.topicAndSubscription();
  const names = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const [snapshot] = await f.low.subscriber.createSnapshot({ subscription });
    expect(snapshot.name).toMatch(/^projects\/test\/snapshots\/[a-z]/);
    names.add(snapshot.name as string);
  }
  expect(names.size).toBe(3);
});

test('subscriptions: set metadata changes what is named and nothing else', async () => {
  const [, subscription] = await f.topicAndSubscription({ labels: { a: '1' }, filter: 'attributes:x' });
  await subscription.setMetadata({
    ackDeadlineSeconds: 77,
    retainAckedMessages: true,
    messageRetentionDuration: 700,
    expirationPolicy: { ttl: { seconds: 100_000 } },
    retryPolicy: { minimumBackoff: { seconds: 11 } },
  });
  const [config] = await subscription.getMetadata();
  expect(config).toMatchObject({
    ackDeadlineSeconds: 77,
    retainAckedMessages: true,
    messageRetentionDuration: { seconds: '700' },
    expirationPolicy: { ttl: { seconds: '100000' } },
    retryPolicy: { minimumBackoff: { seconds: '11' }, maximumBackoff: { seconds: '600' } },
    labels: { a: '1' },
    filter: 'attributes:x',
  });
});

test('subscriptions: a push endpoint can be set and taken away again', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  await subscription.modifyPushConfig({ pushEndpoint: 'http://127.0.0.1:9/push' });
  expect((await subscription.getMetadata())[0].pushConfig?.pushEndpoint).toBe('http://127.0.0.1:9/push');
  await subscription.modifyPushConfig({});
  await topic.publishMessage({ data: Buffer.from('m') });
  const [response] = await f.low.subscriber.pull({ subscription: subscription.name, maxMessages: 1 });
  expect(response.receivedMessages).toHaveLength(1);
});

test('subscriptions: later changes keep the version of a push endpoint, even the change back to pulling', async () => {
  const [, subscription] = await f.topicAndSubscription();
  const attributes = async () => (await subscription.getMetadata())[0].pushConfig?.attributes;
  const pushEndpoint = 'http://127.0.0.1:9/push';
  await subscription.modifyPushConfig({ pushEndpoint });
  expect(await attributes()).toEqual({});
  await subscription.modifyPushConfig({ pushEndpoint, attributes: { 'x-goog-version': 'v1beta1' } });
  await subscription.modifyPushConfig({ pushEndpoint: 'http://127.0.0.1:9/other' });
  expect(await attributes()).toEqual({ 'x-goog-version': 'v1beta1' });
  await subscription.modifyPushConfig({});
  expect(await attributes()).toEqual({ 'x-goog-version': 'v1beta1' });
});

test('IAM: a resource that does not exist has no permissions, and no policy either', async () => {
  const resource = 'projects/test/topics/nowhere';
  const [tested] = await f.low.publisher.testIamPermissions({ resource, permissions: ['pubsub.topics.get'] } as never);
  expect(tested).toMatchObject({ permissions: [] });
  expect((await failure(f.client.topic('nowhere').iam.getPolicy())).code).toBe(5);
});

test('IAM: a policy written over a newer one is ABORTED', async () => {
  const [topic] = await f.topicAndSubscription();
  const bindings = [{ role: 'roles/pubsub.viewer', members: ['allUsers'] }];
  const [first] = await topic.iam.setPolicy({ bindings } as never);
  await topic.iam.setPolicy({ bindings } as never);
  expect((await failure(topic.iam.setPolicy({ bindings, etag: first.etag } as never))).code).toBe(10);
});

test('snapshots: listed by topic; labels and expiry change with a mask; taken twice is ALREADY_EXISTS', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  const [snapshot] = await subscription.createSnapshot(f.unique('snapshot'));
  expect((await f.low.publisher.listTopicSnapshots({ topic: topic.name }))[0]).toEqual([snapshot.name]);
  expect((await failure(subscription.createSnapshot(snapshot.name))).code).toBe(6);
  const [updated] = await f.low.subscriber.updateSnapshot({
    snapshot: { name: snapshot.name, labels: { a: 'b' } },
    updateMask: { paths: ['labels'] },
  });
  expect(updated).toMatchObject({ labels: { a: 'b' }, topic: topic.name });
  await snapshot.delete();
  expect((await failure(snapshot.delete())).code).toBe(5);
});

test('snapshots: one that would expire within an hour is refused', async () => {
  const [topic, subscription] = await f.topicAndSubscription({ messageRetentionDuration: 30 * 86_400 });
  await topic.publishMessage({ data: Buffer.from('old') });
  await admin(f.emulator, '/api/clock', { advanceMs: (7 * 24 - 0.5) * 3_600_000 });
  expect((await failure(subscription.createSnapshot(f.unique('snapshot')))).code).toBe(9);
});
