import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER, ensureDevelopmentKeys, mintDevelopmentToken } from '@kiban/auth';
import { freePort } from '@kiban/testing';
import { readyOf, start, startBackend } from '../gateway-process.ts';

describe('GATEWAY=envoy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-envoy-'));
  let backend: Awaited<ReturnType<typeof startBackend>>;
  let child: ChildProcess;
  let url: string;

  beforeAll(async () => {
    backend = await startBackend();
    const { address } = backend;
    const { jwksFile } = await ensureDevelopmentKeys(folder);
    child = start({
      GATEWAY: 'envoy',
      ENVOY: process.env['ENVOY'] ?? '',
      GATEWAY_PORT: String(await freePort()),
      BFF_ADDRESS: address,
      RECOMMENDATION_ADDRESS: address,
      AUTH_JWKS_URL: jwksFile,
      AUTH_ISSUER: DEVELOPMENT_ISSUER,
      AUTH_AUDIENCE: DEVELOPMENT_AUDIENCE,
    });
    child.stdout?.resume();
    child.stderr?.pipe(process.stderr);
    const ready = await readyOf(child);
    url = `http://${ready.http}`;
  }, 60_000);
  afterAll(() => {
    child.kill('SIGTERM');
    backend.close();
  });

  test.each(['/healthz', '/openapi.json', '/docs'])('%s is there as with our own gateway', async (path) => {
    expect((await fetch(url + path)).status).toBe(200);
  });

  test('an open method is transcoded', async () => {
    const answer = await fetch(`${url}/v1/articles?pageSize=3`);
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
    expect(backend.seen.at(-1)?.[':path']).toBe('/kiban.bff.v1.BffService/ListArticles');
  });

  test('a personal path needs a token of the local keys, which goes on to the BFF', async () => {
    const refused = await fetch(`${url}/v1/users/alice/home`);
    expect([refused.status, await refused.json()]).toEqual([401, { code: 401, message: 'Jwt is missing' }]);
    const token = await mintDevelopmentToken(folder, { subject: 'alice' });
    const answer = await fetch(`${url}/v1/users/alice/home`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect(backend.seen.at(-1)?.['authorization']).toBe(`Bearer ${token}`);
  });

  test('what no rule matches is refused in the words of ESPv2', async () => {
    const answer = await fetch(`${url}/v1/nothing`);
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { code: 404, message: 'The current request is not defined by this API.' },
    ]);
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
    const entries = String(backend.seen.at(-1)?.['x-forwarded-for']).split(',');
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.at(-1)?.trim()).toMatch(/^\d+(?:\.\d+){3}$/);
    expect(entries.at(-1)?.trim()).not.toBe('6.6.6.6');
  });

  test('SIGTERM ends Envoy, too', async () => {
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});
