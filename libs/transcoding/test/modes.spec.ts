import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fromBinary } from '@bufbuild/protobuf';
import type { RawRequest } from '../conformance/raw-http.ts';
import { rawRequest } from '../conformance/raw-http.ts';
import type { GatewayMode } from '../src/index.ts';
import { type Fixture, startFixture } from './gateway-fixture.ts';

const MODES = ['transcoder', 'espv2', 'strict'] as const;
const stations = new Map<GatewayMode, Fixture>();
beforeAll(async () => {
  for (const mode of MODES) stations.set(mode, await startFixture({ mode }));
});
afterAll(async () => {
  for (const station of stations.values()) await station.stop();
});

const get = (path: string, headers: Record<string, string> = {}): RawRequest => ({ method: 'GET', path, headers });
const send = (method: string, path: string, text: string): RawRequest => ({
  method,
  path,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(text),
});

/** What a cell of the table promises, in the words of the table. */
const OUTCOMES: Record<string, (seen: Seen) => void> = {
  'passed on untranslated': ({ status, rpc }) => expect([status, rpc]).toEqual([415, undefined]),
  'passed on, 415 by a gRPC server': ({ status, rpc }) => expect([status, rpc]).toEqual([415, undefined]),
  'the same, or left out by option': ({ status, rpc }) => expect([status, rpc]).toEqual([415, undefined]),
  '400': ({ status, calls }) => expect([status, calls]).toEqual([400, 0]),
  '404': ({ status, calls }) => expect([status, calls]).toEqual([404, 0]),
  '405': ({ status, calls }) => expect([status, calls]).toEqual([405, 0]),
  'left out': ({ status, message }) => expect([status, message]).toEqual([200, { article: { title: 'T' } }]),
  'parsed into the message': ({ message }) => expect(message).toEqual({ pageSize: 5 }),
  'query wins': ({ message }) => expect(message).toEqual({ name: 'articles/b' }),
  'body wins (proto spelling)': ({ message }) => expect(message).toEqual({ article: { name: 'articles/b' } }),
  'read as a list of one': ({ message }) => expect(message).toEqual({ article: { tags: ['css'] } }),
  'read as one list': ({ message }) => expect(message).toEqual({ article: { tags: ['css'] } }),
  taken: ({ message }) => expect(message).toEqual({ article: { title: 'T' } }),
  'plain text': ({ type, body }) => expect([type, body.startsWith('{')]).toEqual(['text/plain', false]),
  JSON: ({ type, body }) => expect([type, JSON.parse(body)]).toEqual(['application/json', expect.anything()]),
  'as sent': ({ original }) => expect(original).toBe('/v1/./articles'),
  'dots and double slashes resolved': ({ original }) => expect(original).toBe('/v1/articles'),
  'no meaning': ({ rpc }) => expect(rpc).toBe('CreateArticle'),
  'takes the place of the method': ({ status }) => expect(status).toBe(405),
  'JSON array': ({ type }) => expect(type).toBe('application/json'),
  'server-sent events': ({ type }) => expect(type).toBe('text/event-stream'),
};

interface Seen {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
  readonly calls: number;
  readonly rpc: string | undefined;
  readonly message: unknown;
  readonly original: unknown;
}

/** The table of the README: a request, and what each mode makes of it. */
const TABLE: readonly (readonly [request: string, RawRequest, transcoder: string, espv2: string, strict: string])[] = [
  ['no rule matches', get('/v1/nothing'), 'passed on untranslated', '404', '404'],
  ['another method matches', send('DELETE', '/v1/articles:search', ''), 'passed on untranslated', '405', '405'],
  [
    'unknown query parameter',
    get('/v1/articles?nope=1'),
    'passed on, 415 by a gRPC server',
    'the same, or left out by option',
    '400',
  ],
  ['unknown body field', send('POST', '/v1/articles', '{"title":"T","nope":1}'), 'left out', 'left out', '400'],
  [
    'body on a rule without one',
    send('GET', '/v1/articles', '{"pageSize":5}'),
    'parsed into the message',
    'parsed into the message',
    '400',
  ],
  ['query overrides the path', get('/v1/articles/a?name=articles/b'), 'query wins', 'query wins', '400'],
  [
    'body contradicts path or query',
    send('PATCH', '/v1/articles/a', '{"name":"articles/b"}'),
    'body wins (proto spelling)',
    'body wins (proto spelling)',
    '400',
  ],
  [
    'one value where a list belongs',
    send('POST', '/v1/articles', '{"tags":"css"}'),
    'read as a list of one',
    'read as a list of one',
    '400',
  ],
  [
    'a list within a list',
    send('POST', '/v1/articles', '{"tags":[["css"]]}'),
    'read as one list',
    'read as one list',
    '400',
  ],
  ['trailing commas, single quotes in JSON', send('POST', '/v1/articles', "{'title':'T',}"), 'taken', 'taken', '400'],
  ['a refusal', send('POST', '/v1/articles', '{'), 'plain text', 'JSON', 'JSON'],
  [
    'the path `/v1/./articles`',
    get('/v1/./articles'),
    'as sent',
    'dots and double slashes resolved',
    'dots and double slashes resolved',
  ],
  [
    '`X-HTTP-Method-Override: PUT` on a POST',
    {
      ...send('POST', '/v1/articles', '{}'),
      headers: { 'content-type': 'application/json', 'x-http-method-override': 'PUT' },
    },
    'no meaning',
    'takes the place of the method',
    'takes the place of the method',
  ],
  [
    '`Accept: text/event-stream` on a stream',
    get('/v1/articles:watch', { accept: 'text/event-stream' }),
    'JSON array',
    'server-sent events',
    'server-sent events',
  ],
];

test.each(TABLE)('%s', async (_, request, ...outcomes) => {
  for (const [index, mode] of MODES.entries()) {
    const { backend, port } = stations.get(mode) as Fixture;
    backend.received = [];
    const answer = await rawRequest(port, request);
    const call = backend.received.at(-1);
    const bytes = call?.messages[0];
    const input = call?.method?.input;
    OUTCOMES[outcomes[index] ?? '']?.({
      status: answer.status,
      type: answer.headers['content-type'],
      body: answer.body.toString(),
      calls: backend.received.length,
      rpc: call?.method?.name,
      message: bytes && input ? JSON.parse(JSON.stringify(plain(fromBinary(input, bytes)))) : undefined,
      original: call?.headers['x-envoy-original-path'] ?? call?.headers[':path'],
    });
    expect(Object.keys(OUTCOMES)).toContain(outcomes[index]);
  }
});

/** The fields that are set. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const set = Object.entries(value).filter(
    ([key, each]) => !key.startsWith('$') && each !== '' && each !== 0 && !(Array.isArray(each) && each.length === 0),
  );
  return Object.fromEntries(set.map(([key, each]) => [key, plain(each)]));
}

test('the README has exactly this table', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8').split('\n');
  const from = readme.indexOf('| request | transcoder | espv2 | strict |') + 2;
  const lines = readme.slice(from, readme.indexOf('', from));
  expect(lines).toEqual(TABLE.map(([request, , ...cells]) => `| ${request} | ${cells.join(' | ')} |`));
});
