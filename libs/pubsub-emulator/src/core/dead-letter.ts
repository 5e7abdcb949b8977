import { create, toBinary } from '@bufbuild/protobuf';
import { PubsubMessageSchema } from '@kiban/contracts/google/pubsub/v1';
import type { Core } from './core.ts';
import type { Entry } from './entry.ts';
import type { RawMessage } from './message-codec.ts';
import { decodeMessage } from './message-view.ts';
import { projectOf } from './names.ts';
import { publish } from './publishing.ts';
import type { SubscriptionState } from './subscription.ts';

const lastSegment = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/**
 * Forwards a message whose deliveries are used up, with where it came from in its attributes:
 * https://cloud.google.com/pubsub/docs/handling-failures#dead_letter_topic. True when it left the subscription.
 */
export function forwardDeadLetter(core: Core, subscription: SubscriptionState, entry: Entry, now: number): boolean {
  const policy = subscription.config.deadLetterPolicy;
  if (!policy || entry.attempt < policy.maxDeliveryAttempts) return false;
  const topic = core.topics.get(policy.deadLetterTopic);
  // Google keeps delivering, too, when it cannot forward.
  if (!topic) return false;
  const original = decodeMessage(entry.message);
  const message = create(PubsubMessageSchema, {
    data: original.data,
    orderingKey: original.orderingKey,
    attributes: {
      ...original.attributes,
      CloudPubSubDeadLetterSourceDeliveryCount: String(entry.attempt),
      CloudPubSubDeadLetterSourceSubscription: lastSegment(subscription.name),
      CloudPubSubDeadLetterSourceSubscriptionProject: lastSegment(projectOf(subscription.name)),
      CloudPubSubDeadLetterSourceTopicPublishTime: new Date(entry.message.publishMs).toISOString(),
    },
  });
  const bytes = toBinary(PubsubMessageSchema, message);
  const raw: RawMessage = { bytes, start: 0, end: bytes.length, orderingKey: message.orderingKey, keep: undefined };
  core.release(topic, publish(core, topic, [raw], now).visibility, now);
  // Forwarding acknowledges: a later seek may ask for it again.
  subscription.keep(entry.message);
  core.journal?.acked(subscription.name, entry.message.seq);
  return true;
}
