import type { Topic } from '@kiban/contracts/google/pubsub/v1';
import { Deque } from './deque.ts';
import type { StoredMessage } from './message.ts';
import type { SnapshotState } from './snapshot.ts';
import type { SubscriptionState } from './subscription.ts';
import { durationMs } from './time.ts';

/** A topic and what it remembers. */
export class TopicState {
  config: Topic;
  readonly subscriptions = new Set<SubscriptionState>();
  readonly snapshots = new Set<SnapshotState>();
  /** Published messages kept for seeks: all within the topic's retention, or all since its oldest snapshot. */
  readonly retained = new Deque<StoredMessage>();

  constructor(config: Topic) {
    this.config = config;
  }

  get name(): string {
    return this.config.name;
  }

  /** ms; 0 when the topic retains nothing. */
  get retentionMs(): number {
    return this.config.messageRetentionDuration ? durationMs(this.config.messageRetentionDuration) : 0;
  }

  /** Keeps what a later seek may ask for. */
  retain(message: StoredMessage): void {
    if (this.retentionMs > 0 || this.snapshots.size > 0) this.retained.push(message);
  }

  /** Forgets what no seek can reach any more. */
  prune(now: number): void {
    const oldest = now - this.retentionMs;
    const needed = Math.min(Infinity, ...[...this.snapshots].map((snapshot) => snapshot.fromSeq));
    for (let head = this.retained.peek(); head; head = this.retained.peek()) {
      if (head.publishMs > oldest && this.retentionMs > 0) return;
      if (head.seq >= needed) return;
      this.retained.shift();
    }
  }
}
