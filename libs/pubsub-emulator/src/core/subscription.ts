import type { Subscription } from '@kiban/contracts/google/pubsub/v1';
import { Backlog, type BacklogPolicy } from './backlog.ts';
import type { Deadlines } from './deadlines.ts';
import type { Entry, Visibility } from './entry.ts';
import { type Filter, parseFilter } from './filter.ts';
import { attributesOf } from './message-view.ts';
import type { StoredMessage } from './message.ts';
import { backoffMs } from './retry.ts';
import { DAY, durationMs } from './time.ts';
import type { TopicState } from './topic.ts';

/** What a subscription asks of the core. */
export interface SubscriptionHost {
  readonly deadlines: Deadlines;
  wake(subscription: SubscriptionState): void;
  acked(subscription: SubscriptionState, message: StoredMessage): void;
  /** Forwards to the dead-letter topic when the policy says so. */
  giveUp(subscription: SubscriptionState, entry: Entry, now: number): boolean;
}

/** A subscription: its configuration, its backlog, and acknowledged messages it may be asked for again. */
export class SubscriptionState implements BacklogPolicy {
  config: Subscription;
  topic: TopicState | undefined;
  readonly backlog: Backlog;
  /** Acknowledged messages by seq, kept when retain_acked_messages is set. */
  readonly retainedAcked = new Map<number, StoredMessage>();
  /** Begins all ack ids of this subscription. */
  readonly ackPrefix: string;
  readonly filter: Filter | undefined;
  /** Last time somebody pulled or changed it; what expiration counts from. */
  activeMs: number;
  readonly #host: SubscriptionHost;

  constructor(
    config: Subscription,
    topic: TopicState | undefined,
    ackPrefix: string,
    host: SubscriptionHost,
    now: number,
  ) {
    this.config = config;
    this.topic = topic;
    this.ackPrefix = ackPrefix;
    this.filter = config.filter === '' ? undefined : parseFilter(config.filter);
    this.activeMs = now;
    this.#host = host;
    this.backlog = new Backlog(this, host.deadlines);
  }

  get name(): string {
    return this.config.name;
  }

  get ordered(): boolean {
    return this.config.enableMessageOrdering;
  }

  get exactlyOnce(): boolean {
    return this.config.enableExactlyOnceDelivery;
  }

  get ackDeadlineMs(): number {
    return this.config.ackDeadlineSeconds * 1000;
  }

  get retentionMs(): number {
    return this.config.messageRetentionDuration ? durationMs(this.config.messageRetentionDuration) : 7 * DAY;
  }

  /** A message that does not match is acknowledged by the service: it is never seen. */
  offer(message: StoredMessage, visibility: Visibility): boolean {
    if (!this.matches(message)) return false;
    this.backlog.add(message, visibility);
    return true;
  }

  matches(message: StoredMessage): boolean {
    return !this.filter || this.filter(attributesOf(message));
  }

  /** Keeps an acknowledged message for a later seek, if the configuration says so. */
  keep(message: StoredMessage): void {
    if (this.config.retainAckedMessages) this.retainedAcked.set(message.seq, message);
  }

  backoff(attempt: number): number {
    return backoffMs(this.config.retryPolicy, attempt);
  }

  giveUp(entry: Entry, now: number): boolean {
    return this.#host.giveUp(this, entry, now);
  }

  acked(message: StoredMessage): void {
    this.keep(message);
    this.#host.acked(this, message);
  }

  wake(): void {
    this.#host.wake(this);
  }
}
