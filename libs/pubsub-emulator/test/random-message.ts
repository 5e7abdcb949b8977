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

/** Fills a message with random values of the right types; `next` gives numbers in [0, 1). */
export function randomMessage<D extends DescMessage>(schema: D, next: () => number, depth = 0): MessageShape<D> {
  const message = create(schema);
  const target = reflect(schema, message);
  for (const field of schema.fields) {
    if (next() < 0.4 || (field.oneof && next() < 0.5)) continue;
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
