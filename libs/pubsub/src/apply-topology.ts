import { create } from '@bufbuild/protobuf';
import {
  ExpirationPolicySchema,
  PushConfig_OidcTokenSchema,
  PushConfigSchema,
  Publisher,
  Subscriber,
  type Subscription,
  SubscriptionSchema,
  TopicSchema,
} from '@kiban/contracts/google/pubsub/v1';
import { status } from '@grpc/grpc-js';
import { openChannel, type PubSubChannel } from './channel.ts';
import { type PubSubConnection, type ResourceNames, resourceNames } from './connection.ts';
import { PubSubError } from './pubsub-error.ts';
import type { PushSpec, SubscriptionSpec, TopicSpec, Topology } from './topology.ts';

/** Set-up runs while everything starts: the emulator may be a moment away. */
const PATIENT = { waitForReady: true };

/** What was done to one topic or subscription. */
export interface Applied {
  readonly resource: string;
  readonly action: 'created' | 'updated' | 'unchanged';
}

export interface ApplyOptions extends PubSubConnection {
  /** Push configuration by subscription name, for environments whose URL is known only at run time. */
  readonly push?: Readonly<Record<string, PushSpec>>;
  /**
   * New subscriptions vanish, with what they hold, when nobody used them for so long; a day at the least. For those of a
   * developer who forgets them. Default: they stay for ever.
   */
  readonly expireAfterSeconds?: number | undefined;
}

/**
 * Makes Pub/Sub match the declaration. Safe to repeat and to run from several processes at once; never deletes.
 * @throws PubSubError; FAILED_PRECONDITION when something that cannot be changed (order, filter, topic) differs
 */
export async function applyTopology(topology: Topology, options: ApplyOptions): Promise<Applied[]> {
  const names = resourceNames(options);
  const channel = openChannel(options);
  try {
    const applied: Applied[] = [];
    for (const [name, spec] of Object.entries(topology.topics)) {
      applied.push(await applyTopic(channel, names.topic(name), spec));
    }
    for (const [name, spec] of Object.entries(topology.subscriptions)) {
      const push = options.push?.[name] ?? spec.push;
      const wanted = subscriptionMessage(
        names,
        names.subscription(name),
        push === undefined ? spec : { ...spec, push },
      );
      if (options.expireAfterSeconds !== undefined) expire(wanted, options.expireAfterSeconds);
      applied.push(await applySubscription(channel, wanted));
    }
    return applied;
  } finally {
    channel.close();
  }
}

async function applyTopic(channel: PubSubChannel, resource: string, spec: TopicSpec): Promise<Applied> {
  const topic = create(TopicSchema, { name: resource });
  if (spec.retentionSeconds !== undefined) topic.messageRetentionDuration = seconds(spec.retentionSeconds);
  const created = await ifAbsent(channel.call(Publisher.method.createTopic, topic, PATIENT));
  return { resource, action: created ? 'created' : 'unchanged' };
}

async function applySubscription(channel: PubSubChannel, wanted: Subscription): Promise<Applied> {
  const resource = wanted.name;
  if (await ifAbsent(channel.call(Subscriber.method.createSubscription, wanted, PATIENT))) {
    return { resource, action: 'created' };
  }
  const found = await channel.call(Subscriber.method.getSubscription, {
    $typeName: 'google.pubsub.v1.GetSubscriptionRequest',
    subscription: resource,
  });
  refuseChange(resource, 'topic', found.topic, wanted.topic);
  refuseChange(resource, 'ordering', found.enableMessageOrdering, wanted.enableMessageOrdering);
  refuseChange(resource, 'filter', found.filter, wanted.filter);
  const paths: string[] = [];
  if (found.ackDeadlineSeconds !== wanted.ackDeadlineSeconds) paths.push('ack_deadline_seconds');
  if (differs(found.retryPolicy, wanted.retryPolicy)) paths.push('retry_policy');
  if (differs(found.deadLetterPolicy, wanted.deadLetterPolicy)) paths.push('dead_letter_policy');
  const pushes = (wanted.pushConfig?.pushEndpoint ?? '') !== '' || (found.pushConfig?.pushEndpoint ?? '') !== '';
  if (pushes && differs(found.pushConfig, wanted.pushConfig)) paths.push('push_config');
  if (paths.length === 0) return { resource, action: 'unchanged' };
  await channel.call(Subscriber.method.updateSubscription, {
    $typeName: 'google.pubsub.v1.UpdateSubscriptionRequest',
    subscription: wanted,
    updateMask: { $typeName: 'google.protobuf.FieldMask', paths },
  });
  return { resource, action: 'updated' };
}

/** Pub/Sub keeps no message longer than the subscription may stay idle. */
function expire(subscription: Subscription, afterSeconds: number): void {
  subscription.expirationPolicy = create(ExpirationPolicySchema, { ttl: seconds(afterSeconds) });
  subscription.messageRetentionDuration = seconds(afterSeconds);
}

function subscriptionMessage(names: ResourceNames, resource: string, spec: SubscriptionSpec): Subscription {
  const { minimumSeconds, maximumSeconds } = spec.retry ?? { minimumSeconds: 1, maximumSeconds: 60 };
  const message = create(SubscriptionSchema, {
    name: resource,
    topic: names.topic(spec.topic),
    ackDeadlineSeconds: spec.ackDeadlineSeconds ?? 30,
    enableMessageOrdering: spec.ordered ?? true,
    filter: spec.filter ?? '',
    retryPolicy: { minimumBackoff: seconds(minimumSeconds), maximumBackoff: seconds(maximumSeconds) },
    // An idle subscription must not vanish after Pub/Sub's default of 31 days.
    expirationPolicy: {},
  });
  if (spec.deadLetter !== undefined) {
    message.deadLetterPolicy = {
      $typeName: 'google.pubsub.v1.DeadLetterPolicy',
      deadLetterTopic: names.topic(spec.deadLetter.topic),
      maxDeliveryAttempts: spec.deadLetter.attempts,
    };
  }
  if (spec.push === undefined) return message;
  const { endpoint, serviceAccount, audience } = spec.push;
  message.pushConfig = create(PushConfigSchema, { pushEndpoint: endpoint });
  if (serviceAccount !== undefined) {
    const value = create(PushConfig_OidcTokenSchema, {
      serviceAccountEmail: serviceAccount,
      audience: audience ?? endpoint,
    });
    message.pushConfig.authenticationMethod = { case: 'oidcToken', value };
  }
  return message;
}

async function ifAbsent(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (error instanceof PubSubError && error.code === status.ALREADY_EXISTS) return false;
    throw error;
  }
}

function refuseChange(resource: string, what: string, found: unknown, wanted: unknown): void {
  if (found === wanted) return;
  throw new PubSubError(
    status.FAILED_PRECONDITION,
    `${resource} exists with ${what} ${JSON.stringify(found)}, declared is ${JSON.stringify(wanted)}, and Pub/Sub cannot ` +
      'change that. Declare a new subscription name, or delete the old one when its backlog is empty',
  );
}

/** Compares two messages by their meaning in JSON: an absent message and an empty one are the same. */
function differs(found: unknown, wanted: unknown): boolean {
  const text = (value: unknown) =>
    JSON.stringify(value ?? {}, (key, part: unknown) => {
      if (key === '$typeName' || part === '' || part === 0) return undefined;
      return typeof part === 'bigint' ? part.toString() : part;
    });
  return text(found) !== text(wanted);
}

function seconds(value: number) {
  return {
    $typeName: 'google.protobuf.Duration' as const,
    seconds: BigInt(Math.floor(value)),
    nanos: Math.round((value % 1) * 1e9),
  };
}
