import { AssertionError } from 'node:assert';
import { create, type DescMessage, type JsonValue, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import type { EventDefinition } from '../define-event.ts';
import type { MemoryBroker } from './memory-broker.ts';
import { publishedEvents } from './published-events.ts';

/**
 * Asserts that exactly these events of one kind were published, in this order; duplicates of one event count once. Only the
 * fields that are given are compared.
 * @example await drainOutbox(database, { url, publisher: broker });
 *          expectPublished(broker, ArticlePublished, { article: { articleId: 'a' } });
 * @throws AssertionError with both lists as JSON
 */
export function expectPublished<Desc extends DescMessage>(
  broker: Pick<MemoryBroker, 'accepted'>,
  event: EventDefinition<Desc>,
  ...expected: MessageInitShape<Desc>[]
): void {
  const found = publishedEvents(broker, event).map((message) => toJson(event.schema, message));
  const wanted = expected.map((init) => toJson(event.schema, create(event.schema, init)));
  if (found.length === wanted.length && wanted.every((each, index) => contains(found[index], each))) return;
  throw new AssertionError({
    message:
      `expected ${wanted.length} of ${event.type}, published were ${found.length}:\n` +
      `expected  ${JSON.stringify(wanted)}\npublished ${JSON.stringify(found)}`,
    actual: found,
    expected: wanted,
    operator: 'expectPublished',
  });
}

/** Every field of `part` is in `whole`; lists must have the same length. */
function contains(whole: JsonValue | undefined, part: JsonValue): boolean {
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null) return false;
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) && whole.length === part.length && part.every((each, index) => contains(whole[index], each))
    );
  }
  if (Array.isArray(whole)) return false;
  return Object.entries(part).every(([name, value]) => contains(whole[name], value));
}
