import type { Core } from './core.ts';
import type { Visibility } from './entry.ts';
import { invalid } from './errors.ts';
import { type RawMessage, storeMessages } from './message-codec.ts';
import type { StoredMessage } from './message.ts';
import type { TopicState } from './topic.ts';

export interface Published {
  readonly topic: TopicState;
  readonly messages: readonly StoredMessage[];
  readonly visibility: Visibility;
}

/** https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_MESSAGES = 1000;

/**
 * Publishes messages in order. They are in every backlog when this returns, and visible to nobody before
 * core.release().
 */
export function publish(core: Core, topic: TopicState, raws: readonly RawMessage[], now: number): Published {
  const first = raws[0];
  if (!first) throw invalid('The value for messages is too small: a publish request must have at least one message.');
  if (raws.length > MAX_MESSAGES) {
    throw invalid(
      `The value for message_count is too large. You passed ${raws.length} in the request, but the maximum value is ${MAX_MESSAGES}.`,
    );
  }
  if (raws.some((raw) => raw.orderingKey !== first.orderingKey)) {
    throw invalid(
      'In a single publish request, all messages must have no ordering key or they must all have the same ordering key.',
    );
  }
  const messages = storeMessages(core.onPublish(topic, raws), core.lastSeq + 1, now, (seq) => core.messageId(seq));
  core.lastSeq += messages.length;
  core.journal?.published(topic.name, messages);
  const visibility: Visibility = { visibleAt: Infinity };
  for (const subscription of topic.subscriptions) {
    for (const message of messages) subscription.offer(message, visibility);
  }
  for (const message of messages) topic.retain(message);
  return { topic, messages, visibility };
}
