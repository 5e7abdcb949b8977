import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { receive, sharedFixture } from '../harness.ts';

const f = sharedFixture();

interface Answer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the emulator answers is compared with literals
  body: any;
}

async function call(verb: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`http://${f.emulator.host}${path}`, {
    method: verb,
    headers,
    ...(body !== undefined && { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

const data = Buffer.from('hello').toString('base64');

test('REST: the port of gRPC answers health checks of HTTP/1', async () => {
  expect(await call('GET', '/')).toEqual({ status: 200, body: 'Ok\n' });
});

test('REST: a topic, a subscription, a publish, a pull and an acknowledgement', async () => {
  expect((await call('PUT', '/v1/projects/test/topics/rest', {})).body).toMatchObject({
    name: 'projects/test/topics/rest',
  });
  const made = await call('PUT', '/v1/projects/test/subscriptions/rest', { topic: 'projects/test/topics/rest' });
  expect(made.body).toMatchObject({ ackDeadlineSeconds: 10, messageRetentionDuration: '604800s', state: 'ACTIVE' });
  const sent = await call('POST', '/v1/projects/test/topics/rest:publish', {
    messages: [{ data, attributes: { a: 'b' }, orderingKey: 'k' }],
  });
  const pulled = await call('POST', '/v1/projects/test/subscriptions/rest:pull', { maxMessages: 5 });
  expect(pulled.body.receivedMessages[0].message).toMatchObject({
    data,
    attributes: { a: 'b' },
    orderingKey: 'k',
    messageId: sent.body.messageIds[0],
  });
  const { ackId } = pulled.body.receivedMessages[0];
  expect(await call('POST', '/v1/projects/test/subscriptions/rest:acknowledge', { ackIds: [ackId] })).toEqual({
    status: 200,
    body: {},
  });
});

test('REST and gRPC: what one publishes the other receives', async () => {
  const [topic, subscription] = await f.topicAndSubscription();
  const received = receive(subscription, 1);
  await call('POST', `/v1/${topic.name}:publish`, { messages: [{ data }] });
  expect((await received)[0]?.data.toString()).toBe('hello');
});

test('REST: paths, queries, masks and IAM as in the reference', async () => {
  for (const id of ['list-a', 'list-b']) await call('PUT', `/v1/projects/listing/topics/${id}`);
  const first = await call('GET', '/v1/projects/listing/topics?pageSize=1&$alt=json');
  expect(first.body.topics).toMatchObject([{ name: 'projects/listing/topics/list-a' }]);
  const second = await call('GET', `/v1/projects/listing/topics?pageSize=1&pageToken=${first.body.nextPageToken}`);
  expect(second.body.topics).toMatchObject([{ name: 'projects/listing/topics/list-b' }]);
  const patched = await call('PATCH', '/v1/projects/listing/topics/list-a', {
    topic: { labels: { x: 'y' } },
    updateMask: 'labels',
  });
  expect(patched.body).toMatchObject({ name: 'projects/listing/topics/list-a', labels: { x: 'y' } });
  expect((await call('GET', '/v1/projects/listing/topics/list-a:getIamPolicy')).status).toBe(200);
  const permissions = ['pubsub.topics.get'];
  expect((await call('POST', '/v1/projects/listing/topics/list-a:testIamPermissions', { permissions })).body).toEqual({
    permissions,
  });
  expect(await call('DELETE', '/v1/projects/listing/topics/list-a')).toEqual({ status: 200, body: {} });
});

test('REST: a schema is a field of its request, the id a query parameter, enums names or numbers', async () => {
  const definition = '{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}';
  const made = await call('POST', '/v1/projects/test/schemas?schemaId=rest-schema', { type: 'AVRO', definition });
  expect(made.body).toMatchObject({ name: 'projects/test/schemas/rest-schema', type: 'AVRO', definition });
  const full = await call('GET', '/v1/projects/test/schemas/rest-schema?view=2&$alt=json;enum-encoding=int');
  expect(full.body).toMatchObject({ type: 2, definition });
  const revisions = await call('GET', '/v1/projects/test/schemas/rest-schema:listRevisions?view=BASIC');
  expect(revisions.body.schemas).toHaveLength(1);
});

test('REST: a body may be compressed', async () => {
  const [topic] = await f.topicAndSubscription();
  const body = gzipSync(JSON.stringify({ messages: [{ data }] }));
  expect((await call('POST', `/v1/${topic.name}:publish`, body, { 'content-encoding': 'gzip' })).status).toBe(200);
});

test('REST: refusals have the form of Google, with HTTP codes', async () => {
  const missing = await call('GET', '/v1/projects/test/topics/nothing');
  expect(missing).toEqual({
    status: 404,
    body: { error: { code: 404, message: 'Resource not found (resource=nothing).', status: 'NOT_FOUND' } },
  });
  await call('PUT', '/v1/projects/test/topics/twice');
  expect((await call('PUT', '/v1/projects/test/topics/twice')).body.error).toMatchObject({ code: 409 });
  const wrong = await call('POST', '/v1/projects/test/topics/twice:publish', { messages: [{ dat: data }] });
  expect(wrong.body.error).toMatchObject({ code: 400, message: expect.stringContaining('"dat"') });
  expect((await call('POST', '/v1/projects/test/topics/twice:publish', Buffer.from('{'))).status).toBe(400);
  expect((await call('GET', '/v1/projects/test/topics?nonsense=1')).body.error.message).toContain('"nonsense"');
  expect((await call('POST', '/v1/projects/test/topics/twice:nothing', {})).status).toBe(404);
  expect((await call('GET', '/v1/projects/test/topics/%zz')).status).toBe(400);
});

test('REST: acknowledgements that failed exactly-once are named in the details', async () => {
  const [topic, subscription] = await f.topicAndSubscription({ enableExactlyOnceDelivery: true });
  await topic.publishMessage({ data: Buffer.from('x') });
  const pulled = await call('POST', `/v1/${subscription.name}:pull`, { maxMessages: 1 });
  const ackIds = [pulled.body.receivedMessages[0].ackId];
  expect((await call('POST', `/v1/${subscription.name}:acknowledge`, { ackIds })).status).toBe(200);
  const again = await call('POST', `/v1/${subscription.name}:acknowledge`, { ackIds });
  expect(again.status).toBe(400);
  expect(again.body.error.details[0].metadata).toEqual({ [ackIds[0]]: 'PERMANENT_FAILURE_INVALID_ACK_ID' });
});

test('REST: pages of other origins are refused', async () => {
  const refused = await call('GET', '/v1/projects/test/topics', undefined, { origin: 'https://example.com' });
  expect(refused.status).toBe(403);
});

test('REST: a request that comes byte by byte is understood', async () => {
  const [host, port] = f.emulator.host.split(':');
  const socket = connect(Number(port), host);
  socket.setNoDelay(true);
  const answer: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => answer.push(chunk));
  for (const byte of 'PUT /v1/projects/test/topics/bytes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n') {
    socket.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => socket.once('close', resolve));
  expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1\.1 200 OK/);
});
