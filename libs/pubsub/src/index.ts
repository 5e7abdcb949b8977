export { type Applied, type ApplyOptions, applyTopology } from './apply-topology.ts';
export { type ResourceNames, type PubSubConnection, resourceNames } from './connection.ts';
export { createPublisher, type OutgoingMessage, type Publisher, type PublisherOptions } from './publisher.ts';
export { PubSubError } from './pubsub-error.ts';
export type { PushSpec, SubscriptionSpec, TopicSpec, Topology } from './topology.ts';
export { type Consumer, type ConsumerOptions, type IncomingMessage, startConsumer } from './consumer.ts';
export { type Delivery, KeyLanes, type KeyLanesOptions } from './key-lanes.ts';
