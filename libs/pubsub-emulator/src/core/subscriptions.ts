import { clone, create } from '@bufbuild/protobuf';
import {
  type PushConfig,
  PushConfigSchema,
  type Subscription,
  SubscriptionSchema,
  type UpdateSubscriptionRequest,
} from '@kiban/contracts/google/pubsub/v1';
import type { Core } from './core.ts';
import { alreadyExists, failedPrecondition, invalid, notFound } from './errors.ts';
import { checkName, DELETED_TOPIC } from './names.ts';
import { checkSubscription, PUSH_VERSION } from './subscription-rules.ts';
import { SubscriptionState } from './subscription.ts';
import { getTopic } from './topics.ts';
import { applyUpdateMask } from './update-mask.ts';

const MUTABLE = new Set([
  'push_config',
  'bigquery_config',
  'cloud_storage_config',
  'bigtable_config',
  'ack_deadline_seconds',
  'retain_acked_messages',
  'message_retention_duration',
  'labels',
  'expiration_policy',
  'dead_letter_policy',
  'retry_policy',
  'enable_exactly_once_delivery',
  'message_transforms',
]);

export function createSubscription(core: Core, request: Subscription, now: number): Subscription {
  checkName('subscriptions', request.name, 'name');
  checkName('topics', request.topic, 'topic');
  if (core.subscriptions.has(request.name)) throw alreadyExists(request.name);
  const topic = getTopic(core, request.topic);
  if (request.detached) throw invalid('detached is set by DetachSubscription; a subscription is not created detached.');
  const config = checkSubscription(core, request);
  const subscription = new SubscriptionState(config, topic, core.nextAckPrefix(), core, now);
  core.subscriptions.set(config.name, subscription);
  topic.subscriptions.add(subscription);
  core.journal?.subscription(config.name, config);
  core.onConfigured(subscription);
  return echo(subscription);
}

export function getSubscription(core: Core, name: string): SubscriptionState {
  const subscription = core.subscriptions.get(name);
  if (subscription) return subscription;
  throw notFound(checkName('subscriptions', name, 'subscription'));
}

/** A subscription that can be consumed. */
export function attachedSubscription(core: Core, name: string): SubscriptionState {
  const subscription = getSubscription(core, name);
  if (subscription.config.detached) {
    throw failedPrecondition(
      'The subscription is detached from its topic: it has no messages and takes none. Delete it and create a new one.',
    );
  }
  return subscription;
}

/** A subscription that clients pull from. */
export function pullSubscription(core: Core, name: string): SubscriptionState {
  const subscription = attachedSubscription(core, name);
  const { pushConfig, bigqueryConfig, cloudStorageConfig, bigtableConfig } = subscription.config;
  if (pushConfig?.pushEndpoint || bigqueryConfig || cloudStorageConfig || bigtableConfig) {
    throw failedPrecondition(
      'This method is not supported for this subscription type: the service delivers its messages.',
    );
  }
  return subscription;
}

/** What callers see: with the retention of the topic as it is now. */
export function echo(subscription: SubscriptionState): Subscription {
  const retention = subscription.topic?.config.messageRetentionDuration;
  if (!retention) return subscription.config;
  return { ...subscription.config, topicMessageRetentionDuration: retention };
}

export function updateSubscription(core: Core, request: UpdateSubscriptionRequest, now: number): Subscription {
  if (!request.subscription) throw invalid('The subscription of the update is missing.');
  const subscription = getSubscription(core, request.subscription.name);
  const next = applyUpdateMask(
    SubscriptionSchema,
    subscription.config,
    request.subscription,
    request.updateMask,
    MUTABLE,
  );
  keepPushVersion(subscription.config, next);
  configure(core, subscription, checkSubscription(core, next), now);
  return echo(subscription);
}

export function modifyPushConfig(core: Core, name: string, pushConfig: PushConfig | undefined, now: number): void {
  const subscription = attachedSubscription(core, name);
  const next = clone(SubscriptionSchema, subscription.config);
  next.pushConfig = pushConfig ?? create(PushConfigSchema);
  keepPushVersion(subscription.config, next);
  configure(core, subscription, checkSubscription(core, next), now);
}

/** The version of a push endpoint stays when a change does not name it, even the change back to pulling. */
function keepPushVersion(before: Subscription, next: Subscription): void {
  const version = before.pushConfig?.attributes[PUSH_VERSION];
  if (version !== undefined && next.pushConfig) next.pushConfig.attributes[PUSH_VERSION] ??= version;
}

function configure(core: Core, subscription: SubscriptionState, config: Subscription, now: number): void {
  subscription.config = config;
  subscription.activeMs = now;
  if (!config.retainAckedMessages) subscription.retainedAcked.clear();
  core.journal?.subscription(config.name, config);
  core.onConfigured(subscription);
  core.wake(subscription);
}

export function deleteSubscription(core: Core, name: string): void {
  const subscription = getSubscription(core, name);
  subscription.backlog.reset([], { visibleAt: 0 });
  subscription.topic?.subscriptions.delete(subscription);
  core.subscriptions.delete(name);
  core.policies.delete(name);
  core.journal?.subscription(name, undefined);
  core.onGone(subscription, 'deleted');
}

/** Stops a subscription from receiving; its backlog is dropped and it cannot be attached again. */
export function detachSubscription(core: Core, name: string): void {
  const subscription = getSubscription(core, name);
  if (subscription.config.detached) return;
  subscription.backlog.reset([], { visibleAt: 0 });
  subscription.retainedAcked.clear();
  subscription.topic?.subscriptions.delete(subscription);
  subscription.topic = undefined;
  subscription.config = { ...subscription.config, detached: true };
  core.journal?.subscription(name, subscription.config);
  core.onGone(subscription, 'detached');
}

/** Puts a subscription back as it was saved, without the checks of a new one. */
export function restoreSubscription(core: Core, config: Subscription, now: number): SubscriptionState {
  const known = core.subscriptions.get(config.name);
  if (known) {
    known.config = config;
    return known;
  }
  const attached = config.topic !== DELETED_TOPIC && !config.detached;
  const topic = attached ? core.topics.get(config.topic) : undefined;
  const subscription = new SubscriptionState(config, topic, core.nextAckPrefix(), core, now);
  core.subscriptions.set(config.name, subscription);
  topic?.subscriptions.add(subscription);
  return subscription;
}
