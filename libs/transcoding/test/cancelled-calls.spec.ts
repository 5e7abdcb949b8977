import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { type ClientRequest, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { descriptorSet } from '@kiban/contracts';
import { rawRequest } from '../conformance/raw-http.ts';
import { createGateway } from '../src/index.ts';

const ROUNDS = 15;
const AT_A_TIME = 100;

/** A backend that answers a call when it is told to, with an empty message. */
async function start() {
  const running = new Set<ServerHttp2Stream>();
  const resets = new Map<unknown, number>();
  let count = 0;
  const server = createServer();
  server.on('sessionError', () => {});
  server.on('stream', (stream: ServerHttp2Stream) => {
    count++;
    running.add(stream);
    stream.on('error', () => {});
    stream.resume();
    const { session } = stream;
    stream.once('close', () => {
      running.delete(stream);
      if (stream.rstCode === 8) resets.set(session, (resets.get(session) ?? 0) + 1);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gateway = createGateway({
    descriptorSet: descriptorSet(),
    services: ['kiban.bff.v1.BffService'],
    backend: () => address,
  });
  const port = await gateway.listen(0);
  const close = async () => {
    await gateway.close(0);
    server.close();
  };
  return { port, running, resets, count: () => count, close };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((next) => setImmediate(next));
}

function answer(stream?: ServerHttp2Stream): void {
  stream?.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream?.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream?.end(Buffer.alloc(5));
}

test.each([
  ['small calls', '/v1/articles/a'],
  ['streams', '/v1/articles:watch'],
])(
  'clients that leave 1,500 %s in a burst do no harm to the others',
  async (_, path) => {
    const backend = await start();
    const { port, running } = backend;
    const others = rawRequest(port, { method: 'GET', path });
    await until(() => running.size === 1);
    const [held] = running;
    for (let round = 0; round < ROUNDS; round++) {
      const before = backend.count();
      const asked = Array.from({ length: AT_A_TIME }, (): ClientRequest => get({ port, path, agent: false }));
      for (const request of asked) request.on('error', () => {});
      await until(() => backend.count() >= before + AT_A_TIME);
      for (const request of asked) request.destroy();
    }
    await until(() => Math.max(...backend.resets.values()) > 50);
    answer(held);
    expect((await others).status).toBe(200);
    const before = backend.count();
    const next = rawRequest(port, { method: 'GET', path });
    await until(() => backend.count() > before);
    answer([...running].at(-1));
    expect((await next).status).toBe(200);
    // What was cancelled without a word ends with its connection.
    await until(() => running.size === 0);
    expect(Math.max(...backend.resets.values())).toBeLessThanOrEqual(AT_A_TIME + 100);
    await backend.close();
  },
  60_000,
);
