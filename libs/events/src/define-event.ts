import { create, type DescMessage, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { OutboxError } from './outbox/outbox-error.ts';

/** A kind of event: its message, the topic it goes to and the key that orders it. */
export interface EventDefinition<Desc extends DescMessage = DescMessage> {
  readonly schema: Desc;
  /** Full name of the message, e.g. `kiban.events.v1.ArticlePublished`; the attribute `ce-type`. */
  readonly type: string;
  /** Declared topic name, without prefix. */
  readonly topic: string;
  /** Ordering key of one event: 1 to 1,024 bytes. Events of one topic and key arrive in commit order. */
  key(message: MessageShape<Desc>): string;
  /** A full message from its known fields. */
  create(init: MessageInitShape<Desc>): MessageShape<Desc>;
}

/** What handlers of an event receive: `EventOf<typeof ArticlePublished>`. */
export type EventOf<E extends EventDefinition> = MessageShape<E['schema']>;

const defined = new Map<string, EventDefinition>();

/**
 * @example export const ArticleDeleted = defineEvent(ArticleDeletedSchema, { topic: 'article', key: (e) => e.articleId });
 * @throws OutboxError `duplicate-definition` when the message has a definition with another topic
 */
export function defineEvent<Desc extends DescMessage>(
  schema: Desc,
  options: { readonly topic: string; readonly key: (message: MessageShape<Desc>) => string },
): EventDefinition<Desc> {
  const type = schema.typeName;
  const other = defined.get(type);
  if (other !== undefined && other.topic !== options.topic) {
    throw new OutboxError(
      'duplicate-definition',
      `${type} is defined for the topics ${other.topic} and ${options.topic}`,
    );
  }
  const definition: EventDefinition<Desc> = {
    schema,
    type,
    topic: options.topic,
    key: options.key,
    create: (init) => create(schema, init),
  };
  defined.set(type, definition);
  return definition;
}

/** The definition of a `ce-type`, if this program knows it. */
export function findEvent(type: string): EventDefinition | undefined {
  return defined.get(type);
}
