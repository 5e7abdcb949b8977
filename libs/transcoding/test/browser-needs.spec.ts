import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { rawRequest } from '../conformance/raw-http.ts';
import type { AccessRecord } from '../src/index.ts';
import { type Fixture, requestSeen, startFixture } from './gateway-fixture.ts';

let fixture: Fixture;
const records: AccessRecord[] = [];
beforeAll(async () => {
  fixture = await startFixture({ compress: true, etags: true, onAccess: (record) => records.push(record) });
});
beforeEach(() => {
  fixture.backend.behaviour = { responses: [{ articles: [{ name: 'articles/a', title: 'x'.repeat(2000) }] }] };
  fixture.backend.received = [];
});
afterAll(() => fixture.stop());

const get = (headers: Record<string, string>) =>
  rawRequest(fixture.port, { method: 'GET', path: '/v1/articles', headers });

test.each([
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
] as const)('a large answer is compressed with %s when the client takes it', async (encoding, inflate) => {
  const answer = await get({ 'accept-encoding': encoding });
  expect(answer.headers['content-encoding']).toBe(encoding);
  expect(answer.headers['vary']).toMatch(/accept-encoding/i);
  expect(JSON.parse(inflate(answer.body).toString())).toHaveProperty('articles');
});

test('an answer is not compressed for a client that refuses it', async () => {
  const answer = await get({ 'accept-encoding': 'gzip;q=0, br;q=0' });
  expect(answer.headers['content-encoding']).toBeUndefined();
});

test('a GET with the ETag of its answer is 304 without a body', async () => {
  const etag = (await get({})).headers['etag'] ?? '';
  expect(etag).toMatch(/^W\/"/);
  const again = await get({ 'if-none-match': etag });
  expect([again.status, again.body.length]).toEqual([304, 0]);
  expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
});

// A request without a body is complete, though Node says so only when its handler has returned.
test('a refusal leaves the connection open, but not in the middle of a body', async () => {
  const refused = await fetch(`${fixture.url}/no/such/path`);
  expect([refused.status, refused.headers.get('connection')]).toEqual([404, 'keep-alive']);
  const early = await rawRequest(fixture.port, {
    method: 'PUT',
    path: '/v1/articles',
    headers: { 'content-length': '9' },
  });
  expect([early.status, early.headers['connection']]).toEqual([405, 'close']);
});

test('a spoofed X-Forwarded-For changes nothing', async () => {
  await get({ 'x-forwarded-for': '6.6.6.6' });
  expect(fixture.backend.received[0]?.headers['x-forwarded-for']).toBe('127.0.0.1');
});

test('the last entries of X-Forwarded-For count behind trusted proxies', async () => {
  const behind = await startFixture({ trustedHops: 1 });
  await rawRequest(behind.port, {
    method: 'GET',
    path: '/v1/articles',
    headers: { 'x-forwarded-for': '6.6.6.6, 10.0.0.1' },
  });
  expect(behind.backend.received[0]?.headers['x-forwarded-for']).toBe('10.0.0.1, 127.0.0.1');
  await behind.stop();
});

test('a request id is passed on and answered, and one is made where none is sent', async () => {
  const sent = await get({ 'x-request-id': 'abc-1' });
  expect(sent.headers['x-request-id']).toBe('abc-1');
  expect(fixture.backend.received[0]?.headers['x-request-id']).toBe('abc-1');
  expect((await get({})).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('the access log names template, status and trace', async () => {
  records.length = 0;
  await get({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
  expect(records[0]).toMatchObject({
    method: 'GET',
    template: '/v1/articles',
    rpc: '/kiban.bff.v1.BffService/ListArticles',
    status: 200,
    traceId: '0af7651916cd43dd8448eb211c80319c',
  });
});

test('closing ends a watch as a complete JSON array', async () => {
  const own = await startFixture();
  own.backend.behaviour = { hang: true };
  const response = fetch(`${own.url}/v1/articles:watch`);
  await requestSeen(own.backend);
  const stream = own.backend.streams[0];
  stream?.respond({ ':status': 200, 'content-type': 'application/grpc' });
  const answer = await response;
  const closing = own.gateway.close(5000);
  expect(await answer.json()).toEqual([]);
  await closing;
  own.backend.close();
});

test('a client that goes away cancels the call', async () => {
  fixture.backend.behaviour = { hang: true };
  const controller = new AbortController();
  const answer = fetch(`${fixture.url}/v1/articles`, { signal: controller.signal }).catch(() => undefined);
  await requestSeen(fixture.backend);
  const stream = fixture.backend.streams.at(-1);
  const closed = new Promise((resolve) => stream?.once('close', () => resolve(stream.rstCode)));
  controller.abort();
  expect(await closed).toBe(8);
  await answer;
});
