import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { admin, sharedFixture } from '../harness.ts';

interface Got {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const f = sharedFixture();
let server: Server;
let origin: string;
let got: Got[] = [];
let answers: number[] = [];
let wake: (() => void)[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(answers.shift() ?? 204).end();
      for (const resolve of wake.splice(0)) resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

async function requests(count: number): Promise<Got[]> {
  while (got.length < count) await new Promise<void>((resolve) => wake.push(resolve));
  return got;
}

test('push: the wrapped message is posted with both spellings, and an error is retried until a 2xx', async () => {
  got = [];
  wake = [];
  answers = [500, 503];
  const [topic, subscription] = await f.topicAndSubscription({ pushEndpoint: `${origin}/hook` });
  const id = await topic.publishMessage({ data: Buffer.from('pushed'), attributes: { a: '1' } });
  const all = await requests(3);
  const body = JSON.parse(all[2]?.body as string) as { message: Record<string, string>; subscription: string };
  expect(body.subscription).toBe(subscription.name);
  expect(body.message).toMatchObject({
    messageId: id,
    message_id: id,
    attributes: { a: '1' },
    data: Buffer.from('pushed').toString('base64'),
  });
  expect(body.message['publishTime']).toBe(body.message['publish_time']);
});

test('push: the OIDC token verifies against the published keys', async () => {
  got = [];
  const oidcToken = { serviceAccountEmail: 'push@test.example', audience: '' };
  const [topic] = await f.topicAndSubscription({ pushConfig: { pushEndpoint: `${origin}/oidc`, oidcToken } });
  await topic.publishMessage({ data: Buffer.from('x') });
  const [request] = await requests(1);
  const discovery = (await (
    await fetch(`http://${f.emulator.admin}/.well-known/openid-configuration`)
  ).json()) as Record<string, string>;
  const keys = createRemoteJWKSet(new URL(discovery['jwks_uri'] as string));
  const token = (request?.headers.authorization ?? '').replace('Bearer ', '');
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer: discovery['issuer'] as string,
    audience: `${origin}/oidc`,
  });
  expect(protectedHeader.alg).toBe('RS256');
  expect(payload).toMatchObject({ email: 'push@test.example', email_verified: true });
});

test('push without wrapper: the data is the body and the metadata is in headers', async () => {
  got = [];
  const [topic, subscription] = await f.topicAndSubscription({
    pushConfig: { pushEndpoint: `${origin}/raw`, noWrapper: { writeMetadata: true } },
  });
  const id = await topic.publishMessage({ data: Buffer.from('raw body'), attributes: { colour: 'red' } });
  const [request] = await requests(1);
  expect(request?.body).toBe('raw body');
  expect(request?.headers).toMatchObject({
    'x-goog-pubsub-message-id': id,
    'x-goog-pubsub-subscription-name': subscription.name,
    colour: 'red',
  });
});

const fresh = (...codes: number[]): void => {
  got = [];
  wake = [];
  answers = codes;
};
const backlogOf = async (name: string): Promise<number | undefined> => {
  const views = (await admin(f.emulator, '/api/subscriptions')) as { name: string; backlog: number }[];
  return views.find((view) => view.name === name)?.backlog;
};

test.each([200, 201, 202, 204])('push: an answer of %d acknowledges', async (code) => {
  fresh(code);
  const [topic, { name }] = await f.topicAndSubscription({ pushEndpoint: `${origin}/ok` });
  await topic.publishMessage({ data: Buffer.from('m') });
  await requests(1);
  while ((await backlogOf(name)) !== 0);
  expect(got).toHaveLength(1);
});

test.each([203, 301, 400, 404, 429, 500])(
  'push: an answer of %d does not, and the message comes again',
  async (code) => {
    fresh(code);
    const [topic] = await f.topicAndSubscription({ pushEndpoint: `${origin}/again` });
    await topic.publishMessage({ data: Buffer.from('m') });
    expect(await requests(2)).toHaveLength(2);
  },
);

test('push: the envelope carries ordering key and, under a dead-letter policy, the delivery attempt', async () => {
  fresh(500, 204);
  const [dead] = await f.client.createTopic(f.unique('dead'));
  const [topic] = await f.topicAndSubscription({
    pushEndpoint: `${origin}/envelope`,
    enableMessageOrdering: true,
    deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
  });
  await f.client
    .topic(topic.name, { messageOrdering: true })
    .publishMessage({ data: Buffer.from('m'), orderingKey: 'k' });
  const bodies = (await requests(2)).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  expect(bodies).toMatchObject([
    { deliveryAttempt: 1, message: { orderingKey: 'k' } },
    { deliveryAttempt: 2, message: { orderingKey: 'k' } },
  ]);
});

test('push: a retry policy holds the next attempt back', async () => {
  fresh(500, 204);
  const retryPolicy = { minimumBackoff: { seconds: 30 }, maximumBackoff: { seconds: 60 } };
  const [topic, { name }] = await f.topicAndSubscription({ pushEndpoint: `${origin}/retry`, retryPolicy });
  await topic.publishMessage({ data: Buffer.from('m') });
  await requests(1);
  const state = async (): Promise<string | undefined> =>
    ((await admin(f.emulator, `/api/messages?subscription=${name}`)) as { state: string }[])[0]?.state;
  while ((await state()) !== 'backoff');
  await admin(f.emulator, '/api/clock', { advanceMs: 29_000 });
  expect(await state()).toBe('backoff');
  await admin(f.emulator, '/api/clock', { advanceMs: 2000 });
  expect(await requests(2)).toHaveLength(2);
});

test('push: messages that are used up go to the dead-letter topic', async () => {
  fresh(500, 500, 500, 500, 500);
  const [dead, deadSubscription] = await f.topicAndSubscription();
  const [topic, { name }] = await f.topicAndSubscription({
    pushEndpoint: `${origin}/dead`,
    deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
  });
  await topic.publishMessage({ data: Buffer.from('m') });
  while ((await backlogOf(deadSubscription.name)) !== 1) await admin(f.emulator, '/api/clock', { advanceMs: 1000 });
  expect(await backlogOf(name)).toBe(0);
  expect(got).toHaveLength(5);
});
