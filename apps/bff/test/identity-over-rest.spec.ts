import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { descriptorSet } from '@kiban/contracts';
import { kibanPolicy } from '@kiban/gateway-config';
import { createGateway, type Gateway, type GatewayMode } from '@kiban/transcoding';
import { startBff, type TestBff } from './start-bff.ts';

const SERVICE = 'kiban.bff.v1.BffService';
const BOB = Buffer.from('{"sub":"bob","roles":["admin"]}').toString('base64url');
const VIEW = '{"article":"articles/a1","type":"INTERACTION_TYPE_VIEW"}';

interface Attack {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ways to say "bob" with alice's token: in the path, the query, the body, the headers, in both spellings, twice. */
const ATTACKS: Readonly<Record<string, Attack>> = {
  path: { path: '/v1/users/bob/interactions' },
  'query over path': { path: '/v1/users/alice/interactions?parent=users/bob' },
  'query, escaped name': { path: '/v1/users/alice/interactions?%70arent=users%2Fbob' },
  'query, twice': { path: '/v1/users/alice/interactions?parent=users/alice&parent=users/bob' },
  'query, other field': { path: '/v1/users/alice/home?name=users/bob' },
  'query, unknown fields': { path: '/v1/users/alice/interactions?user=bob&subject=bob&principal.subject=bob' },
  'query of a DELETE': { method: 'DELETE', path: '/v1/users/alice?name=users/bob' },
  'body of a GET': { path: '/v1/users/alice/interactions', body: '{"parent":"users/bob"}' },
  'body of a GET, duplicate keys': {
    path: '/v1/users/alice/interactions',
    body: '{"parent":"users/alice","parent":"users/bob"}',
  },
  'body of a DELETE': { method: 'DELETE', path: '/v1/users/alice', body: '{"name":"users/bob"}' },
  'body of a POST': {
    method: 'POST',
    path: '/v1/users/alice/interactions',
    body: `{"parent":"users/bob","interaction":${VIEW},"article":"articles/a1","type":1}`,
  },
  'query of a POST': { method: 'POST', path: '/v1/users/alice/interactions?parent=users/bob', body: VIEW },
  'gRPC path': { method: 'POST', path: `/${SERVICE}/ListInteractions`, body: '{"parent":"users/bob"}' },
  'gRPC path and query': {
    method: 'POST',
    path: `/${SERVICE}/ListInteractions?parent=users/bob`,
    body: '{"parent":"users/alice"}',
  },
  'gRPC over HTTP/1.1': {
    method: 'POST',
    path: `/${SERVICE}/ListInteractions`,
    headers: { 'content-type': 'application/grpc' },
    body: '\0\0\0\0\x0b\n\tusers/bob',
  },
  'dot segments': { path: '/v1/users/alice/../bob/interactions' },
  'escaped slash': { path: '/v1/users/alice%2F..%2Fbob/interactions' },
  'method override': {
    method: 'POST',
    path: '/v1/users/bob',
    headers: { 'x-http-method-override': 'DELETE' },
  },
  HEAD: { method: 'HEAD', path: '/v1/users/alice/interactions?parent=users/bob' },
  'a body that is no JSON': { method: 'POST', path: '/v1/users/alice/interactions', body: 'parent=users/bob' },
};

/** What a client may put beside its token. */
const HEADERS = {
  'x-endpoint-api-userinfo': BOB,
  'x-forwarded-user': 'bob',
  'x-user': 'bob',
  'x-kiban-subject': 'bob',
  'grpc-metadata-authorization': `Bearer a.${BOB}.b`,
  parent: 'users/bob',
};

describe.each<GatewayMode>(['transcoder', 'espv2', 'strict'])('over REST, in mode %s', (mode) => {
  let bff: TestBff;
  let gateway: Gateway;
  let port: number;
  let token: string;
  /** Whom the services behind were asked about. */
  let asked: string[] = [];

  beforeAll(async () => {
    bff = await startBff();
    token = await bff.token('alice');
    const { methods } = bff.recommendation;
    const { listInteractions, listRecommendations, createInteraction, deleteUser } = methods;
    const note = <R extends { parent: string } | { name: string }, C, A>(method?: (request: R, call: C) => A) =>
      method &&
      ((request: R, call: C) => {
        asked.push('parent' in request ? request.parent : request.name);
        return method(request, call);
      });
    Object.assign(methods, {
      listInteractions: note(listInteractions),
      listRecommendations: note(listRecommendations),
      createInteraction: note(createInteraction),
      deleteUser: note(deleteUser),
    });
    const { access, options, services } = kibanPolicy;
    gateway = createGateway({
      descriptorSet: descriptorSet(),
      services,
      mode,
      options,
      backend: () => bff.service.grpc,
      policy: (selector) => (access[selector] === 'public' ? {} : { verifier: bff.verifier }),
      bodyIdleMs: 1_000,
    });
    port = await gateway.listen(0);
  }, 60_000);
  beforeEach(() => {
    asked = [];
  });
  afterAll(async () => {
    await gateway.close(0);
    await bff.stop();
  });

  async function send({ method = 'GET', path, body, headers = {} }: Attack): Promise<number> {
    const bytes = Buffer.from(body ?? '', 'latin1');
    const fields = { host: 'x', authorization: `Bearer ${token}`, connection: 'close', ...HEADERS, ...headers };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
    if (body !== undefined) lines.push(`content-length: ${bytes.length}`);
    const socket = connect(port, '127.0.0.1');
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    socket.write(bytes);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    await once(socket, 'close');
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  }

  it.each(Object.entries(ATTACKS))('alice cannot be bob: %s', async (_, attack) => {
    const status = await send(attack);
    expect(asked.filter((user) => user !== 'users/alice')).toEqual([]);
    // Answered, and by a decision: nothing broke on the way.
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
  });

  it('alice is alice', async () => {
    expect(await send({ path: '/v1/users/alice/interactions' })).toBe(200);
    expect(await send({ path: '/v1/users/me/interactions' })).toBe(200);
    expect(asked).toEqual(['users/alice', 'users/alice']);
  });
});
