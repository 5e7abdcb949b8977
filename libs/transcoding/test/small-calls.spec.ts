import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { descriptorSet } from '@kiban/contracts';
import { rawRequest } from '../conformance/raw-http.ts';
import { createGateway, type Gateway } from '../src/index.ts';

let gateway: Gateway | undefined;
const servers: Http2Server[] = [];
afterEach(async () => {
  await gateway?.close(0);
  for (const server of servers.splice(0)) server.close();
});

type Answer = (stream: ServerHttp2Stream, count: number) => void;

/** A gateway before a server that answers each call as told. */
async function start(answer: Answer, settings: Parameters<typeof createServer>[0] = {}): Promise<number> {
  const server = createServer(settings);
  servers.push(server);
  let count = 0;
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => {});
    stream.resume();
    answer(stream, ++count);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway = createGateway({
    descriptorSet: descriptorSet(),
    services: ['kiban.bff.v1.BffService'],
    backend: () => address,
    options: { connectionBufferLimitBytes: 8 << 20 },
  });
  return await gateway.listen(0);
}

/** Article `title`, padded to so many bytes. */
function ok(stream: ServerHttp2Stream, size = 1, headers: Record<string, string> = {}): void {
  const title = Buffer.alloc(size, 'x');
  const length: number[] = [];
  for (let rest = size; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest & 127) | 128);
  }
  const message = Buffer.concat([Buffer.from([18, ...length]), title]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...headers }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([prefix, message]));
}

const get = (port: number) => rawRequest(port, { method: 'GET', path: '/v1/articles/a' });

test('many calls at a time share one connection and each gets its own answer', async () => {
  const sessions = new Set<unknown>();
  const port = await start((stream, count) => {
    sessions.add(stream.session);
    ok(stream, count);
  });
  const answers = await Promise.all(Array.from({ length: 200 }, () => get(port)));
  const titles = answers.map(({ body }) => (JSON.parse(body.toString()) as { title: string }).title.length);
  expect(titles.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  expect(sessions.size).toBeLessThanOrEqual(2);
});

test('an answer of several megabytes arrives whole, again and again', async () => {
  const port = await start((stream) => ok(stream, 3 << 20));
  for (let time = 0; time < 3; time++) {
    const { status, body } = await get(port);
    expect([status, (JSON.parse(body.toString()) as { title: string }).title.length]).toEqual([200, 3 << 20]);
  }
}, 60_000);

test('headers that take several frames are read', async () => {
  const port = await start((stream) => ok(stream, 1, { 'x-big': 'v'.repeat(40_000) }), { maxHeaderListPairs: 1000 });
  const answer = await get(port);
  expect([answer.status, answer.headers['x-big']?.length]).toEqual([200, 40_000]);
});

test('a server that lets in one call at a time gets them one after the other', async () => {
  let running = 0;
  let most = 0;
  const port = await start(
    (stream) => {
      most = Math.max(most, ++running);
      stream.once('close', () => running--);
      ok(stream);
    },
    { settings: { maxConcurrentStreams: 1 } },
  );
  await get(port);
  const answers = await Promise.all(Array.from({ length: 20 }, () => get(port)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  // One on the lane of small calls, one on the connection for all others.
  expect(most).toBeLessThanOrEqual(2);
});

test('a server that goes away is left, and calls it did not look at are made again', async () => {
  const port = await start((stream, count) => {
    ok(stream);
    const { session } = stream;
    if (count % 5 === 0) stream.once('close', () => session?.goaway(0));
  });
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => get(port)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  }
});

test('a refused stream is tried once more', async () => {
  const port = await start((stream, count) => {
    if (count === 1) stream.close(7);
    else ok(stream);
  });
  expect((await get(port)).status).toBe(200);
});

test('a connection that breaks fails its calls and not the next ones', async () => {
  const port = await start((stream, count) => {
    if (count === 1) stream.session?.destroy();
    else ok(stream);
  });
  expect((await get(port)).status).toBe(503);
  expect((await get(port)).status).toBe(200);
});

test('a client that leaves cancels its call', async () => {
  const { promise: cancelled, resolve } = Promise.withResolvers<number>();
  const port = await start((stream) => stream.once('close', () => resolve(stream.rstCode ?? 0)));
  const controller = new AbortController();
  const asked = fetch(`http://127.0.0.1:${port}/v1/articles/a`, { signal: controller.signal }).catch(() => undefined);
  while ((await count()) === 0) await new Promise((next) => setImmediate(next));
  controller.abort();
  await asked;
  expect(await cancelled).toBe(8);
});

function count(): Promise<number> {
  return new Promise((resolve) => servers[0]?.getConnections((_, connections) => resolve(connections)));
}
