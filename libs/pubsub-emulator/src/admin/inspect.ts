import type { Core } from '../core/core.ts';
import type { Entry } from '../core/entry.ts';
import { decodeMessage } from '../core/message-view.ts';
import type { SubscriptionState } from '../core/subscription.ts';
import { attachedSubscription } from '../core/subscriptions.ts';

/** What the admin door shows of topics. */
export const topicsView = (core: Core) =>
  [...core.topics.values()].map((topic) => ({
    name: topic.name,
    subscriptions: [...topic.subscriptions].map((subscription) => subscription.name),
    retainedMessages: topic.retained.size,
  }));

export const subscriptionsView = (core: Core, now: number, consumersOf: (subscription: SubscriptionState) => number) =>
  [...core.subscriptions.values()].map((subscription) => ({
    name: subscription.name,
    ...backlogView(subscription, now),
    consumers: consumersOf(subscription),
  }));

/** What the admin door shows of snapshots. */
export const snapshotsView = (core: Core) =>
  [...core.snapshots.values()].map(({ config, unacked }) => ({
    name: config.name,
    topic: config.topic,
    unacked: unacked.length,
  }));

function backlogView(subscription: SubscriptionState, now: number) {
  const { backlog, config } = subscription;
  const oldest = backlog.entries.values().next().value;
  return {
    topic: config.topic,
    pushEndpoint: config.pushConfig?.pushEndpoint ?? '',
    detached: config.detached,
    ordered: config.enableMessageOrdering,
    exactlyOnce: config.enableExactlyOnceDelivery,
    filter: config.filter,
    deadLetterTopic: config.deadLetterPolicy?.deadLetterTopic ?? '',
    backlog: backlog.entries.size,
    backlogBytes: backlog.bytes,
    outstanding: backlog.leases.size,
    oldestUnackedSeconds: oldest ? Math.max(0, (now - oldest.message.publishMs) / 1000) : 0,
    notDelivered: undeliverable(config),
  };
}

/** Deliveries that Google makes and this emulator does not. */
function undeliverable(config: SubscriptionState['config']): string | undefined {
  if (config.bigqueryConfig) return 'BigQuery delivery is accepted and echoed; nothing is written.';
  if (config.cloudStorageConfig) return 'Cloud Storage delivery is accepted and echoed; nothing is written.';
  if (config.bigtableConfig) return 'Bigtable delivery is accepted and echoed; nothing is written.';
  if (config.messageTransforms.length > 0) return 'Message transforms are accepted and echoed; they are not run.';
  return undefined;
}

/** The oldest messages of a backlog. */
export function messagesView(core: Core, name: string, limit: number, now: number) {
  const { backlog } = attachedSubscription(core, name);
  const shown: ReturnType<typeof messageView>[] = [];
  for (const entry of backlog.entries.values()) {
    if (shown.length >= limit) break;
    shown.push(messageView(entry, now));
  }
  return shown;
}

function messageView(entry: Entry, now: number) {
  const message = decodeMessage(entry.message);
  return {
    id: message.messageId,
    publishTime: new Date(entry.message.publishMs).toISOString(),
    orderingKey: message.orderingKey,
    attributes: message.attributes,
    data: Buffer.from(message.data).toString('base64'),
    text: Buffer.from(message.data).toString('utf8').slice(0, 2000),
    // Nobody asks whether a visible message was looked at before.
    state: entry.state !== 'fresh' ? entry.state : entry.visibility.visibleAt > now ? 'hidden' : 'ready',
    deliveries: entry.attempt,
  };
}
