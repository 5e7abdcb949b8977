import { create, type DescField, type DescMessage, type MessageShape, ScalarType } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';

/** Names that exist, nearly exist, or never can. */
const TEXTS = [
  '',
  'a',
  'projects/test',
  'projects/test/topics/fuzz',
  'projects/test/subscriptions/fuzz',
  'projects/test/snapshots/fuzz',
  'projects/test/schemas/fuzz',
  'projects/test/topics/',
  'projects//topics/x',
  '_deleted-topic_',
  'attributes:a',
  'NOT (',
  'a-1-1',
  'http://127.0.0.1:1/',
  'ü'.repeat(300),
  '\u0000',
  '__proto__',
  'labels',
  'push_config.push_endpoint',
  'x'.repeat(5000),
];

/** What gets a request further than its first check, by field. */
const PLAUSIBLE: Readonly<Record<string, readonly unknown[]>> = {
  name: ['projects/test/topics/fuzz', 'projects/test/subscriptions/fuzz', 'projects/test/snapshots/fuzz'],
  topic: ['projects/test/topics/fuzz', 'projects/test/topics/other'],
  subscription: ['projects/test/subscriptions/fuzz', 'projects/test/subscriptions/other'],
  snapshot: ['projects/test/snapshots/fuzz'],
  schema: ['projects/test/schemas/fuzz'],
  resource: ['projects/test/topics/fuzz', 'projects/test/subscriptions/fuzz'],
  project: ['projects/test'],
  parent: ['projects/test'],
  schema_id: ['fuzz', 'other'],
  definition: ['syntax = "proto3"; message A { string a = 1; }', '{"type":"string"}', 'message {'],
  page_token: [''],
  filter: ['', 'attributes:a', 'attributes.a = "b" OR'],
  ack_deadline_seconds: [0, 10, 600],
  stream_ack_deadline_seconds: [10, 60],
  max_messages: [1, 10, 1000],
  page_size: [0, 1, 100],
  return_immediately: [true],
  paths: ['labels', 'ack_deadline_seconds', 'retry_policy', 'message_retention_duration'],
  push_endpoint: ['', 'http://127.0.0.1:1/'],
  dead_letter_topic: ['projects/test/topics/other'],
  max_delivery_attempts: [5, 100],
};

/**
 * Fills a message with random values of the right types, some messages with much and some with little; `next` gives
 * numbers in [0, 1).
 */
export function randomMessage<D extends DescMessage>(schema: D, next: () => number, depth = 0): MessageShape<D> {
  const message = create(schema);
  const target = reflect(schema, message);
  const absent = [0.2, 0.6, 0.9][Math.floor(next() * 3)] as number;
  for (const field of schema.fields) {
    const left = depth === 0 && PLAUSIBLE[field.name] ? 0.05 : absent;
    if (next() < left || (field.oneof && next() < 0.5)) continue;
    fill(target, field, next, depth);
  }
  return message;
}

function fill(target: ReflectMessage, field: DescField, next: () => number, depth: number): void {
  const times = Math.floor(next() * 4);
  if (field.fieldKind === 'list') {
    const list = target.get(field);
    for (let i = 0; i < times; i++) list.add(value(field, next, depth) as never);
  } else if (field.fieldKind === 'map') {
    const map = target.get(field);
    for (let i = 0; i < times; i++) map.set(text(next), value(field, next, depth) as never);
  } else {
    target.set(field, value(field, next, depth) as never);
  }
}

const text = (next: () => number): string => TEXTS[Math.floor(next() * TEXTS.length)] as string;

function value(field: DescField, next: () => number, depth: number): unknown {
  const plausible = field.message ? undefined : PLAUSIBLE[field.name];
  if (plausible && next() < 0.85) return plausible[Math.floor(next() * plausible.length)];
  if (field.message) {
    const inner = depth > 4 ? create(field.message) : randomMessage(field.message, next, depth + 1);
    return reflect(field.message, inner);
  }
  if (field.enum) return field.enum.values[Math.floor(next() * field.enum.values.length)]?.number;
  switch (field.scalar) {
    case ScalarType.STRING:
      return text(next);
    case ScalarType.BYTES:
      return Buffer.from(text(next));
    case ScalarType.BOOL:
      return next() < 0.5;
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return [0n, 1n, 600n, 10_000_000_000n, 9_000_000_000_000_000_000n][Math.floor(next() * 5)];
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return next() * 1e6;
    default:
      return [0, 1, 5, 10, 600, 2_000_000_000, 999_999_999][Math.floor(next() * 7)];
  }
}
