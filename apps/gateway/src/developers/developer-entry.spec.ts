import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { admitDevelopers } from './developer-entry.ts';

const servers: Server[] = [];
const listen = async (server: Server): Promise<string> => {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};
let shared = '';

beforeAll(async () => {
  const own = await listen(
    createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        const { authorization, 'x-dev-namespace': namespace } = request.headers;
        response.writeHead(201).end(JSON.stringify({ url: request.url, text, authorization, namespace }));
      });
    }),
  );
  // As the gateway's own server is made: a request without a body then has no end.
  const server = createServer({ optimizeEmptyRequests: true }, (_request, response) => response.end('shared'));
  admitDevelopers(server, own);
  shared = `http://${await listen(server)}`;
});
afterAll(() => {
  for (const server of servers) server.close();
});

describe('requests with x-dev-namespace', () => {
  it('go to the namespace with method, path, body and token', async () => {
    const headers = { 'x-dev-namespace': 'dev-alice', authorization: 'Bearer t' };
    const answer = await fetch(`${shared}/v1/articles?pageSize=1`, { method: 'POST', body: 'hello', headers });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ url: '/v1/articles?pageSize=1', text: 'hello', authorization: 'Bearer t' });
  });
  it('go there without a body, too', async () => {
    const answer = await fetch(`${shared}/v1/articles`, { headers: { 'x-dev-namespace': 'dev-alice' } });
    expect(await answer.json()).toEqual({ url: '/v1/articles', text: '' });
  });
  it('are answered here without the header', async () => {
    expect(await (await fetch(shared)).text()).toBe('shared');
  });
  it.each(['kiban', 'dev-', 'dev-a.evil.example', 'dev-A'])('are refused for %j', async (namespace) => {
    const answer = await fetch(shared, { headers: { 'x-dev-namespace': namespace } });
    expect(answer.status).toBe(400);
  });
  it('say so when nobody answers', async () => {
    const server = createServer();
    admitDevelopers(server, '127.0.0.1:1');
    const alone = await listen(server);
    const answer = await fetch(`http://${alone}`, { headers: { 'x-dev-namespace': 'dev-alice' } });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 14, message: expect.stringContaining('dev-alice') });
  });
});
