import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rawRequest } from '../conformance/raw-http.ts';
import { type Fixture, startFixture } from './gateway-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ mode: 'transcoder' });
});
afterAll(() => fixture.stop());

/** Announces 60,022 bytes, sends a few less and closes its half; resolves when the connection is gone. */
async function leaveInMidBody(): Promise<void> {
  const socket = connect({ port: fixture.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {}).resume();
  const closed = once(socket, 'close');
  const head = 'OPTIONS /v1/unknown HTTP/1.1\r\nhost: x\r\ncontent-length: 60022\r\n\r\n';
  for (const size of [6_700, 50_000, 3_000, 317]) {
    socket.write(size === 6_700 ? head + 'x'.repeat(size) : 'x'.repeat(size));
    await new Promise(setImmediate);
  }
  socket.end();
  await closed;
}

// With the stream destroyed while data waited in it, node:http2 sent empty frames for ever and nothing else happened.
test('clients that leave in mid-body hold nobody up', async () => {
  const leaver = async () => {
    for (let count = 0; count < 60; count++) await leaveInMidBody();
  };
  await Promise.all(Array.from({ length: 8 }, leaver));
  const answer = await rawRequest(fixture.port, { method: 'GET', path: '/v1/articles/a' });
  expect(answer.status).toBe(200);
}, 30_000);

// A server counts each request that is shorter than announced, and after some closes the connection that all share.
test('clients that send less than they announced leave the connection to the backend whole', async () => {
  for (let count = 0; count < 60; count++) {
    const before = fixture.backend.received.length;
    const socket = connect({ port: fixture.port, host: '127.0.0.1' });
    socket.on('error', () => {}).resume();
    socket.write('POST /v1/unknown HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
    while (fixture.backend.received.length === before) await new Promise(setImmediate);
    socket.destroy();
    await once(socket, 'close');
  }
  const answer = await rawRequest(fixture.port, { method: 'GET', path: '/v1/unknown' });
  expect(answer.status).toBe(415);
  expect(fixture.backend.brokenConnections).toBe(0);
}, 30_000);
