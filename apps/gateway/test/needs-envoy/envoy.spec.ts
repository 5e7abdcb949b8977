import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '@kiban/testing';
import { type RunningGateway, startGateway, testsAccess } from '../gateway-process.ts';

describe('GATEWAY=envoy', () => {
  let gateway: RunningGateway;
  let url: string;

  beforeAll(async () => {
    gateway = await startGateway({
      GATEWAY: 'envoy',
      ENVOY: process.env['ENVOY'] ?? '',
      GATEWAY_PORT: String(await freePort()),
    });
    gateway.child.stdout?.resume();
    ({ url } = gateway);
  }, 60_000);
  afterAll(() => gateway.stop('SIGTERM'));

  testsAccess(() => gateway);

  test.each(['/healthz', '/openapi.json', '/docs'])('%s is there as with our own gateway', async (path) => {
    expect((await fetch(url + path)).status).toBe(200);
  });

  test('what no rule matches is refused in the words of ESPv2', async () => {
    const answer = await fetch(`${url}/v1/nothing`);
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { code: 404, message: 'The current request is not defined by this API.' },
    ]);
  });

  test('other methods and what is no preflight are refused in the words of ESPv2', async () => {
    const put = await fetch(`${url}/v1/articles`, { method: 'PUT' });
    const message =
      'The current request is matched to the defined url template "/v1/articles" but its http method is not allowed';
    expect([put.status, await put.json()]).toEqual([405, { code: 405, message }]);
    expect((await fetch(`${url}/v1/articles/a`, { method: 'HEAD' })).status).toBe(405);
    expect((await fetch(`${url}/v1/articles`, { method: 'OPTIONS' })).status).toBe(400);
  });

  test('every method is also at its gRPC path, and a header may name the method', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = '{"name":"articles/a"}';
    const direct = await fetch(`${url}/kiban.bff.v1.BffService/GetArticle`, { method: 'POST', headers, body });
    expect(direct.status).toBe(200);
    const override = { 'x-http-method-override': 'GET' };
    expect((await fetch(`${url}/v1/articles/a`, { method: 'POST', headers: override })).status).toBe(200);
  });

  test('answers name their request', async () => {
    const answer = await fetch(`${url}/v1/nothing`, { headers: { 'x-request-id': 'abc' } });
    expect(answer.headers.get('x-request-id')).toBe('abc');
  });

  test('a preflight from another origin is answered', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const answer = await fetch(`${url}/v1/articles`, { method: 'OPTIONS', headers });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, 'https://app.example']);
    expect(answer.headers.get('access-control-allow-methods')).toContain('PATCH');
  });

  test('the backend hears the address that connected last, whatever the client claims', async () => {
    await fetch(`${url}/v1/articles`, { headers: { 'x-forwarded-for': '6.6.6.6' } });
    // Envoy puts its own address where a client comes over the loopback.
    const entries = String(gateway.backend.seen.at(-1)?.['x-forwarded-for']).split(',');
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.at(-1)?.trim()).toMatch(/^\d+(?:\.\d+){3}$/);
    expect(entries.at(-1)?.trim()).not.toBe('6.6.6.6');
  });

  test('SIGTERM ends Envoy, too', async () => {
    gateway.child.kill('SIGTERM');
    const [code] = (await once(gateway.child, 'exit')) as [number];
    expect(code).toBe(0);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});
