import { create, createFileRegistry, type DescField, type DescMessage, ScalarType, toBinary } from '@bufbuild/protobuf';
import { FieldMaskSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from '@jest/globals';
import { descriptorSet } from '@kiban/contracts';
import { ArticleSchema } from '@kiban/contracts/kiban/content/v1';
import { ListTrendingResponseSchema } from '@kiban/contracts/kiban/recommendation/v1';
import fc from 'fast-check';
import { encode } from './encode.ts';
import { messageEncoder } from './message-encoder.ts';

const messages = [...createFileRegistry(descriptorSet())].filter((type) => type.kind === 'message');

describe('encode', () => {
  test.each(messages)('makes the bytes of protobuf-es, or its error, for any $typeName', (schema) => {
    const same = fc.property(valueOf(schema, 3), (value) => {
      expect(outcome(() => encode(schema, value as never))).toEqual(outcome(() => protobufEs(schema, value)));
    });
    fc.assert(same, { numRuns: 40 });
  });

  test('takes the quick way for the messages that services answer with', () => {
    const slow = messages.filter(({ typeName }) => typeName.startsWith('kiban.') && !/\.v1\.Push/.test(typeName));
    expect(slow.filter((schema) => messageEncoder(schema) === null).map(({ typeName }) => typeName)).toEqual([]);
  });

  test('keeps the fields of a message that this version does not know', () => {
    const article = create(ArticleSchema, { name: 'articles/1' });
    article.$unknown = [{ no: 5000, wireType: 0, data: new Uint8Array([1]) }];
    expect(encode(ArticleSchema, article)).toEqual(protobufEs(ArticleSchema, article));
    expect(encode(ArticleSchema, article).length).toBeGreaterThan(encode(ArticleSchema, { name: 'articles/1' }).length);
  });

  test('writes texts and lists that outgrow its buffer', () => {
    const articles = Array.from({ length: 3000 }, (_, i) => ({ name: `articles/${i}`, reason: 'é'.repeat(i) }));
    const value = { articles };
    expect(encode(ListTrendingResponseSchema, value).equals(protobufEs(ListTrendingResponseSchema, value))).toBe(true);
  });

  test('can be used by a getter of what it encodes', () => {
    const value = {
      get paths() {
        return [encode(TimestampSchema, { seconds: 5n }).toString('hex'), 'b'];
      },
    };
    expect(encode(FieldMaskSchema, value)).toEqual(protobufEs(FieldMaskSchema, { paths: ['0805', 'b'] }));
  });
});

function protobufEs(schema: DescMessage, value: unknown): Buffer {
  return Buffer.from(toBinary(schema, create(schema, value as never)));
}

function outcome(work: () => Buffer): unknown {
  try {
    return work().toString('hex');
  } catch (error) {
    return { error: String(error) };
  }
}

/** Messages, initializers, and initializers that hold what they should not. */
function valueOf(schema: DescMessage, depth: number): fc.Arbitrary<unknown> {
  const fields = schema.fields.filter(({ oneof }) => !oneof);
  const initializer = fc.record(
    {
      ...Object.fromEntries(fields.map((field) => [field.localName, fieldOf(field, depth)])),
      ...Object.fromEntries(
        schema.oneofs.map((oneof) => [
          oneof.localName,
          fc.oneof(
            ...oneof.fields.map((field) =>
              fc.record({ case: fc.constant(field.localName), value: itemOf(field, depth) }),
            ),
            fc.constantFrom({ case: undefined }, { case: 'nobody', value: 1 }, undefined),
          ),
        ]),
      ),
    },
    { requiredKeys: [] },
  );
  return fc.oneof(
    { weight: 5, arbitrary: initializer },
    { weight: 3, arbitrary: initializer.map((value) => made(schema, value)) },
    // A message by its name that lacks fields, and one of another type.
    { weight: 1, arbitrary: initializer.map((value) => ({ $typeName: schema.typeName, ...value })) },
    { weight: 1, arbitrary: initializer.map((value) => ({ $typeName: 'another.Message', ...value })) },
  );
}

function made(schema: DescMessage, value: unknown): unknown {
  try {
    return create(schema, value as never);
  } catch {
    return value;
  }
}

function fieldOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom(undefined, null, {}, [], 'text', 1, true);
  if (field.fieldKind === 'map') return fc.dictionary(fc.string(), itemOf(field, depth), { maxKeys: 2 });
  const usual = field.fieldKind === 'list' ? fc.array(itemOf(field, depth), { maxLength: 4 }) : itemOf(field, depth);
  return fc.oneof({ weight: 40, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

function itemOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  if (field.message)
    return depth === 0 ? fc.constant({}) : fc.constant(null).chain(() => valueOf(field.message, depth - 1));
  if (field.enum) return fc.oneof(fc.integer({ min: -1, max: 5 }), fc.constantFrom(2 ** 31, -(2 ** 31), 0.5));
  return SCALARS[field.scalar!] ?? fc.integer();
}

const ints = (min: number, max: number) =>
  fc.oneof(fc.integer({ min, max }), fc.constantFrom(0, -0, min, max, max + 1, 0.5, '7'));
const bigints = (min: bigint, max: bigint) =>
  fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(0n, min, max, max + 1n, 7, '7'));
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('', '\ud800x', 'é'.repeat(60)),
);

const SCALARS: Partial<Record<ScalarType, fc.Arbitrary<unknown>>> = {
  [ScalarType.BOOL]: fc.boolean(),
  [ScalarType.STRING]: texts,
  [ScalarType.BYTES]: fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant([1, 2])),
  [ScalarType.DOUBLE]: fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN)),
  [ScalarType.FLOAT]: fc.oneof(fc.float(), fc.constantFrom(0, -0, NaN, Infinity, 3.5e38, 1e300)),
  [ScalarType.INT32]: ints(-(2 ** 31), 2 ** 31 - 1),
  [ScalarType.UINT32]: ints(0, 2 ** 32 - 1),
  [ScalarType.INT64]: bigints(-(2n ** 63n), 2n ** 63n - 1n),
  [ScalarType.UINT64]: bigints(0n, 2n ** 64n - 1n),
};
