import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sendCallersAway } from './drain.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const server = createServer((_request, response) => response.end('hello'));
let port = 0;
beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  agent.destroy();
  server.close();
});

const ask = (): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    get({ port, agent }, (answer) => {
      answer.resume().once('end', () => resolve(answer.headers.connection));
    }).once('error', reject);
  });

describe('draining', () => {
  it('answers on a held connection and asks for it to be given up', async () => {
    expect(await ask()).toBe('keep-alive');
    const away = sendCallersAway(server, 60_000);
    expect(await ask()).toBe('close');
    await away; // at once: nobody is connected any more
  });
  it('waits no longer than it is told to for callers who say nothing', async () => {
    await ask();
    await sendCallersAway(server, 1);
  });
});
