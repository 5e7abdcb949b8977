import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rawRequest } from '../conformance/raw-http.ts';
import { type Fixture, startFixture } from './gateway-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ headersMs: 1_000, bodyIdleMs: 500, options: { maxRequestBodySize: 100_000 } });
});
afterAll(() => fixture.stop());

const json = { 'content-type': 'application/json' };

test('a body of 100 MB is refused before it is read', async () => {
  const answer = await rawRequest(fixture.port, {
    method: 'POST',
    path: '/v1/articles',
    headers: { ...json, 'content-length': '104857600' },
  }).catch((error: unknown) => error);
  expect(answer).toMatchObject({ status: 413 });
});

test('a body that grows without end is refused at the limit', async () => {
  const before = process.memoryUsage().rss;
  const answer = await rawRequest(fixture.port, {
    method: 'POST',
    path: '/v1/articles',
    headers: json,
    chunks: Array.from({ length: 64 }, () => Buffer.alloc(16_384, 0x20)),
  });
  expect(answer.status).toBe(413);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
});

test('a client that sends 20 MB and only then reads gets its 413', async () => {
  const answer = await fetch(`${fixture.url}/v1/articles`, {
    method: 'POST',
    headers: json,
    body: `{"title":"${'x'.repeat(20_000_000)}"}`,
  });
  expect([answer.status, await answer.json()]).toEqual([413, expect.objectContaining({ code: 413 })]);
});

test('a compressed bomb is never inflated', async () => {
  const body = gzipSync(Buffer.alloc(50 << 20, 0x20));
  const answer = await rawRequest(fixture.port, {
    method: 'POST',
    path: '/v1/articles',
    headers: { ...json, 'content-encoding': 'gzip' },
    body,
  });
  expect(answer.status).toBe(400);
  expect(answer.body.toString()).toMatch(/compressed \(gzip\); send it as it is/);
});

test.each([
  [150, 431],
  [10_000, 431],
])('%i header fields are refused', async (count, status) => {
  const headers = Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-h${index}`, 'v']));
  expect((await rawRequest(fixture.port, { method: 'GET', path: '/v1/articles', headers })).status).toBe(status);
});

test('a client that trickles its headers is cut off', async () => {
  const socket = connect(fixture.port, '127.0.0.1');
  socket.write('GET /v1/articles HTTP/1.1\r\nhost: x\r\nx-slow: ');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 408/);
});

test('a client that trickles its body is cut off', async () => {
  const answer = await rawRequest(fixture.port, {
    method: 'POST',
    path: '/v1/articles',
    headers: { ...json, 'content-length': '1000' },
  });
  expect(answer.status).toBe(408);
});

test('a half-closed socket counts as a client that left, as for Envoy, and disturbs nobody', async () => {
  const socket = connect({ port: fixture.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end('POST /v1/articles HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{');
  socket.resume();
  await once(socket, 'close');
  expect((await rawRequest(fixture.port, { method: 'GET', path: '/v1/articles' })).status).toBe(200);
});

test('a field mask that expands to gigabytes is refused', async () => {
  const updateMask = `${'a'.repeat(40_000)}(${'b,'.repeat(25_000)}b)`;
  const answer = await rawRequest(fixture.port, {
    method: 'POST',
    path: '/kiban.bff.v1.BffService/UpdateArticle',
    headers: json,
    body: Buffer.from(JSON.stringify({ updateMask })),
  });
  expect([answer.status, answer.body.toString()]).toEqual([400, expect.stringContaining('characters')]);
});
