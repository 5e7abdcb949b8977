import { beforeAll, expect, test } from '@jest/globals';
import { type Fixture, failure, sharedFixture } from '../harness.ts';

const parent = 'projects/test';

const f = sharedFixture();
let client: Awaited<ReturnType<Fixture['client']['getSchemaClient']>>;
beforeAll(async () => {
  client = await f.client.getSchemaClient();
});

const PROTO = `syntax = "proto3";
package shop.v1;
message Order {
  enum State { NEW = 0; PAID = 1; }
  message Line { string sku = 1; State state = 2; }
  string id = 1;
  State state = 2;
  repeated Line lines = 3;
  map<string, Line> by_sku = 4;
  oneof payment { int32 cash = 5; string card = 6; }
  optional string note = 7;
}`;

/** undefined when the message matches, else the reason. */
async function check(type: 'AVRO' | 'PROTOCOL_BUFFER', definition: string, json: unknown): Promise<string | undefined> {
  const message = Buffer.from(JSON.stringify(json));
  try {
    await client.validateMessage({ parent, schema: { type, definition }, message, encoding: 'JSON' });
    return undefined;
  } catch (error) {
    const { code, details } = error as { code: number; details: string };
    expect(code).toBe(3);
    return details;
  }
}

test('protocol buffers: packages, nested messages and enums, maps, oneofs and optional fields are understood', async () => {
  const order = { id: 'a', state: 'PAID', lines: [{ sku: 's', state: 'NEW' }], bySku: { s: { sku: 's' } }, card: 'c' };
  expect(await check('PROTOCOL_BUFFER', PROTO, order)).toBeUndefined();
  expect(await check('PROTOCOL_BUFFER', PROTO, { state: 'LOST' })).toContain('"LOST"');
  expect(await check('PROTOCOL_BUFFER', PROTO, { lines: [{ sku: 1 }] })).toContain('sku');
  expect(await check('PROTOCOL_BUFFER', PROTO, { cash: 1, card: 'c' })).toContain('oneof');
});

test('protocol buffers: a proto2 message without a required field is refused', async () => {
  const definition = 'syntax = "proto2"; message A { required string name = 1; optional int32 n = 2; }';
  expect(await check('PROTOCOL_BUFFER', definition, { name: 'x' })).toBeUndefined();
  expect(await check('PROTOCOL_BUFFER', definition, { n: 1 })).toContain('name');
});

test('Avro: unions, enums, arrays and defaults are understood, and a refusal says where', async () => {
  const definition = JSON.stringify({
    type: 'record',
    name: 'Person',
    fields: [
      { name: 'name', type: 'string' },
      { name: 'age', type: ['null', 'int'], default: null },
      { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
      { name: 'home', type: { type: 'record', name: 'Home', fields: [{ name: 'city', type: 'string' }] } },
    ],
  });
  const home = { city: 'Kyoto' };
  expect(await check('AVRO', definition, { name: 'x', age: { int: 3 }, tags: ['t'], home })).toBeUndefined();
  expect(await check('AVRO', definition, { name: 'x', home })).toBeUndefined();
  expect(await check('AVRO', definition, { name: 'x', age: null, tags: [], home: { city: 7 } })).toContain('home.city');
});

test.each([
  ['AVRO', '{', /JSON/],
  ['AVRO', '{"type":"nothing"}', /unknown type: "nothing"/],
  ['PROTOCOL_BUFFER', 'message {', /illegal|name/],
  ['PROTOCOL_BUFFER', 'syntax = "proto3"; message A {} message B {}', /exactly one top-level message; it defines 2/],
  ['PROTOCOL_BUFFER', 'syntax = "proto3"; message A { Unknown u = 1; }', /Unknown/],
  ['PROTOCOL_BUFFER', 'syntax = "proto3"; message A { string a = 1; string b = 1; }', /duplicate id 1/],
  ['TYPE_UNSPECIFIED', '{}', /type must be/],
] as const)('a bad %s definition (%s) is refused with the reason', async (type, definition, reason) => {
  const error = await failure(client.validateSchema({ parent, schema: { type, definition } }));
  expect([error.code, error.details]).toEqual([3, expect.stringMatching(reason)]);
  const made = await failure(
    client.createSchema({ parent, schemaId: f.unique('schema'), schema: { type, definition } }),
  );
  expect(made.code).toBe(3);
});

test('a deleted schema leaves its topics with _deleted-schema_, and they refuse messages', async () => {
  const schema = await f.client.createSchema(f.unique('schema'), 'PROTOCOL_BUFFER', PROTO);
  const [topic] = await f.client.createTopic({
    name: f.unique('topic'),
    schemaSettings: { schema: await schema.getName(), encoding: 'JSON' },
  });
  await schema.delete();
  expect((await topic.getMetadata())[0].schemaSettings?.schema).toBe('_deleted-schema_');
  expect((await failure(topic.publishMessage({ data: Buffer.from('{}') }))).code).toBe(3);
});

test('a topic takes only the revisions between its first and last, and marks messages with the one that matched', async () => {
  const definition = (field: string): string => `syntax = "proto3"; message A { string ${field} = 1; }`;
  const schema = await f.client.createSchema(f.unique('schema'), 'PROTOCOL_BUFFER', definition('one'));
  const name = await schema.getName();
  const commit = async (field: string): Promise<string> => {
    const [made] = await client.commitSchema({
      name,
      schema: { name, type: 'PROTOCOL_BUFFER', definition: definition(field) },
    });
    return made.revisionId as string;
  };
  const second = await commit('two');
  await commit('three');
  const [topic] = await f.client.createTopic({
    name: f.unique('topic'),
    schemaSettings: { schema: name, encoding: 'JSON', firstRevisionId: second, lastRevisionId: second },
  });
  const [subscription] = await topic.createSubscription(f.unique('s'));
  for (const field of ['one', 'three']) {
    const refusal = await failure(topic.publishMessage({ data: Buffer.from(JSON.stringify({ [field]: 'x' })) }));
    expect(refusal.code).toBe(3);
  }
  await topic.publishMessage({ data: Buffer.from('{"two":"x"}') });
  const revision = await new Promise<string | undefined>((resolve) => {
    subscription.once('message', (message) => {
      message.ack();
      resolve(message.attributes['googclient_schemarevisionid']);
    });
  });
  await subscription.close();
  expect(revision).toBe(second);
});
