import type { Policy } from '@kiban/contracts/google/iam/v1';
import type { Schema, SchemaSettings } from '@kiban/contracts/google/pubsub/v1';
import { Deadlines } from './deadlines.ts';
import { Deque } from './deque.ts';
import type { Entry, Visibility } from './entry.ts';
import { notFound } from './errors.ts';
import type { Journal } from './journal.ts';
import type { RawMessage } from './message-codec.ts';
import type { StoredMessage } from './message.ts';
import type { SnapshotState } from './snapshot.ts';
import type { SubscriptionHost, SubscriptionState } from './subscription.ts';
import type { TopicState } from './topic.ts';

export interface CoreOptions {
  /** Begins every ack id; must differ between runs, so that ack ids of an earlier run are never taken for ours. */
  readonly epoch: string;
  /** Message ids are this plus the position of the message. */
  readonly idBase?: number;
  /** How long a message stays hidden after its publish is committed (ms). */
  readonly deliveryDelayMs?: number;
}

interface Release {
  readonly visibility: Visibility;
  readonly topic: TopicState;
}

/**
 * The state of the service and its clockwork. Everything happens in commands (functions of this folder that take the
 * core and the time) and in advance(); there is no timer, no I/O and no randomness, so that a test can run days of it.
 */
export class Core implements SubscriptionHost {
  readonly topics = new Map<string, TopicState>();
  readonly subscriptions = new Map<string, SubscriptionState>();
  readonly snapshots = new Map<string, SnapshotState>();
  /** Revisions of each schema, the newest last. */
  readonly schemas = new Map<string, readonly Schema[]>();
  /** IAM policies of topics, subscriptions, snapshots and schemas that were given one. */
  readonly policies = new Map<string, Policy>();
  readonly deadlines = new Deadlines();
  readonly epoch: string;
  readonly deliveryDelayMs: number;
  idBase: number;
  /** The last message published. */
  lastSeq = 0;
  journal: Journal | undefined = undefined;
  /** Called when a subscription may have something to deliver. */
  onWake: (subscription: SubscriptionState) => void = () => {};
  /** Called when a subscription was created or its configuration changed. */
  onConfigured: (subscription: SubscriptionState) => void = () => {};
  /** Called when a subscription is deleted, detached or expired: who consumes it must stop. */
  onGone: (subscription: SubscriptionState, why: 'deleted' | 'detached') => void = () => {};
  /** Refuses settings that name an unknown schema. */
  checkSchemaSettings: (settings: SchemaSettings) => void = () => {};
  /** Called when a message must go to its dead-letter topic; true when it did. */
  onGiveUp: (subscription: SubscriptionState, entry: Entry, now: number) => boolean = () => false;
  /** Called before messages are stored: checks them against the topic's schema. */
  onPublish: (topic: TopicState, messages: readonly RawMessage[]) => readonly RawMessage[] = (_topic, messages) =>
    messages;
  #subscriptionCount = 0;
  readonly #releases = new Deque<Release>();

  constructor(options: CoreOptions) {
    this.epoch = options.epoch;
    this.idBase = options.idBase ?? 0;
    this.deliveryDelayMs = options.deliveryDelayMs ?? 0;
  }

  /** An ack id prefix that no other subscription of this run has. */
  nextAckPrefix(): string {
    return `${this.epoch}-${(++this.#subscriptionCount).toString(36)}-`;
  }

  messageId(seq: number): string {
    return String(this.idBase + seq);
  }

  /** When advance() should be called next (ms); Infinity when nothing waits. */
  nextDeadline(): number {
    return Math.min(this.deadlines.next(), this.#releases.peek()?.visibility.visibleAt ?? Infinity);
  }

  advance(now: number): void {
    this.deadlines.advance(now);
    for (let head = this.#releases.peek(); head && head.visibility.visibleAt <= now; head = this.#releases.peek()) {
      this.#releases.shift();
      for (const subscription of head.topic.subscriptions) this.onWake(subscription);
    }
  }

  /** The publish was committed: its messages become visible after the delivery delay. */
  release(topic: TopicState, visibility: Visibility, now: number): void {
    visibility.visibleAt = now + this.deliveryDelayMs;
    this.#releases.push({ visibility, topic });
  }

  /** Google refuses a dead-letter topic that does not exist. */
  checkDeadLetterTopic(name: string): void {
    if (!this.topics.has(name)) throw notFound(name);
  }

  wake(subscription: SubscriptionState): void {
    this.onWake(subscription);
  }

  acked(subscription: SubscriptionState, message: StoredMessage): void {
    this.journal?.acked(subscription.name, message.seq);
  }

  giveUp(subscription: SubscriptionState, entry: Entry, now: number): boolean {
    if (!subscription.config.deadLetterPolicy) return false;
    this.journal?.attempted(subscription.name, entry.message.seq, entry.attempt);
    return this.onGiveUp(subscription, entry, now);
  }
}
