import { describe, expect, test } from '@jest/globals';
import { createRegistry, fromJson } from '@bufbuild/protobuf';
import { descriptorSet } from '@kiban/contracts';
import { ServiceSchema } from '@kiban/contracts/google/api';
import { Validator } from '@seriousme/openapi-schema-validator';
import { envoyConfig, kibanPolicy, lint, openApi, routeTable, serviceConfig } from '../src/index.ts';

const tokens = {
  users: { jwks: 'https://id.example/keys', issuer: 'https://id.example', audience: 'kiban' },
  push: { jwks: 'https://www.googleapis.com/oauth2/v3/certs', issuer: 'https://accounts.google.com', audience: 'push' },
};
const set = descriptorSet();

test("Kiban's descriptor set and policy have no problem", () => {
  expect(lint(set, kibanPolicy)).toEqual([]);
});

describe('the ESPv2 service config', () => {
  const config = serviceConfig(set, kibanPolicy, { name: 'api.example', id: 'v1', title: 'Kiban', tokens });

  test('parses as google.api.Service with no unknown field', () => {
    const { sourceInfo, ...rest } = config;
    const service = fromJson(ServiceSchema, rest as never, { registry: createRegistry(), ignoreUnknownFields: false });
    expect(service.apis.map(({ name }) => name)).toEqual([...kibanPolicy.services]);
    expect(service.http?.rules.length).toBe(service.backend?.rules.length);
    expect(JSON.stringify(sourceInfo).length).toBeLessThan(200_000);
  });

  test('every call keeps its own Authorization and the push route asks for a token of Google', () => {
    const { backend, authentication } = config as {
      backend: { rules: { disableAuth: boolean }[] };
      authentication: { rules: { selector: string; requirements: { providerId: string }[] }[] };
    };
    expect(backend.rules.every(({ disableAuth }) => disableAuth)).toBe(true);
    const push = authentication.rules.find(({ selector }) => selector.endsWith('PushService.Deliver'));
    expect(push?.requirements).toEqual([{ providerId: 'push' }]);
  });
});

test('two builds are byte-equal', () => {
  const build = () =>
    JSON.stringify([
      serviceConfig(descriptorSet(), kibanPolicy, { name: 'a', id: 'v1', title: 'a', tokens }),
      envoyConfig(descriptorSet(), kibanPolicy, { tokens }),
      routeTable(descriptorSet(), kibanPolicy),
      openApi(descriptorSet(), { title: 'a', version: 'v1' }),
    ]);
  expect(build()).toBe(build());
});

describe('OpenAPI', () => {
  const document = openApi(set, {
    title: 'Kiban',
    version: 'v1',
    services: ['kiban.bff.v1.BffService'],
    needsToken: (selector) => kibanPolicy.access[selector] !== 'public',
  }) as {
    paths: Record<string, Record<string, Record<string, unknown>>>;
    components: { schemas: Record<string, unknown> };
  };

  test('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  test('has every rule of the BFF under the path that a client calls', () => {
    const paths = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((verb) => `${verb} ${path}`),
    );
    expect(paths).toContain('get /v1/articles/{article}/similar');
    expect(paths).toContain('get /v1/articles:search');
    expect(paths).toContain('post /v1/users/{user}/interactions');
    expect(paths.length).toBe(
      routeTable(set, kibanPolicy).filter(({ selector }) => selector.includes('BffService')).length,
    );
  });

  test('comments are descriptions, also of fields', () => {
    const list = document.paths['/v1/articles']?.['get'];
    expect(list?.['summary']).toBe('Lists articles, newest first unless asked otherwise.');
    const parameters = list?.['parameters'] as { name: string; description: string }[];
    expect(parameters.find(({ name }) => name === 'pageSize')?.description).toMatch(/1 to 100/);
  });

  test('asks for a token exactly where the gateway does', () => {
    expect(document.paths['/v1/articles']?.['get']?.['security']).toBeUndefined();
    expect(document.paths['/v1/users/{user}/home']?.['get']?.['security']).toEqual([{ bearer: [] }]);
  });
});

test('the Envoy config has the CORS policy on every path, also before it is transcoded', () => {
  const text = JSON.stringify(envoyConfig(set, kibanPolicy, { tokens }));
  expect(text).toContain('"name":"unknown","match":{"prefix":"/"}');
});

test('browsers may read the headers that the BFF sends', () => {
  // As apps/bff/src/rate-limit names them; a rule about another application's files has no place here.
  for (const name of ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After', 'ETag']) {
    expect(kibanPolicy.options.corsExposeHeaders?.split(',')).toContain(name);
  }
});
