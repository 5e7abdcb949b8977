import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { fromBinary } from '@bufbuild/protobuf';
import { CreateInteractionRequestSchema, GetHomeRequestSchema } from '@kiban/contracts/kiban/bff/v1';
import { rawRequest } from '../conformance/raw-http.ts';
import { type Fixture, startFixture } from './gateway-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ mode: 'strict' });
});
beforeEach(() => {
  fixture.backend.received = [];
});
afterAll(() => fixture.stop());

/** Ways to say "bob" on a path that says "alice". */
test.each([
  ['query', '/v1/users/alice/interactions?parent=users/bob', '{"article":"articles/a"}'],
  ['query, escaped name', '/v1/users/alice/interactions?%70arent=users/bob', '{"article":"articles/a"}'],
  ['query, twice', '/v1/users/alice/interactions?parent=users/alice&parent=users/bob', '{"article":"articles/a"}'],
  ['query, both spellings', '/v1/users/alice/interactions?interaction.create_time=x&parent=users/bob', '{}'],
  ['body, duplicate keys', '/v1/users/alice/interactions', '{"parent":"users/alice","parent":"users/bob"}'],
  ['body, other spelling', '/v1/users/alice/interactions', '{"article":"articles/a","Parent":"users/bob"}'],
  ['body and query', '/v1/users/alice/interactions?parent=users/bob', '{"parent":"users/bob"}'],
  ['gRPC path and query', '/v1/users/alice/interactions?parent=users%2Fbob&parent=users%2Falice', '{}'],
  ['body', '/v1/users/alice/interactions', '{"article":"articles/a","parent":"users/bob"}'],
  ['body, whole request', '/v1/users/alice/interactions', '{"parent":"users/bob","interaction":{}}'],
  ['header', '/v1/users/alice/interactions', '{"article":"articles/a"}'],
])('strict mode: %s cannot change whose interaction it is', async (_, path, body) => {
  const headers = {
    'content-type': 'application/json',
    'x-endpoint-api-userinfo': Buffer.from('{"sub":"bob"}').toString('base64url'),
    'x-user': 'bob',
    parent: 'users/bob',
  };
  const answer = await rawRequest(fixture.port, { method: 'POST', path, headers, body: Buffer.from(body) });
  const [call] = fixture.backend.received;
  if (call?.messages[0])
    expect(fromBinary(CreateInteractionRequestSchema, call.messages[0]).parent).toBe('users/alice');
  else expect(answer.status).toBe(400);
});

test('strict mode: dot segments and escapes name the user that the router saw', async () => {
  for (const path of ['/v1/users/bob/../alice/home', '/v1/users/%61lice/home', '/v1//users//alice/home']) {
    fixture.backend.received = [];
    await rawRequest(fixture.port, { method: 'GET', path });
    const message = fixture.backend.received[0]?.messages[0];
    expect(message && fromBinary(GetHomeRequestSchema, message).name).toBe('users/alice');
  }
});
