import type { Subscription, Topic } from '@kiban/contracts/google/pubsub/v1';
import type { StoredMessage } from './message.ts';
import type { SnapshotState } from './snapshot.ts';

/** Told of everything that must survive a restart, in order. */
export interface Journal {
  /** Created or changed; undefined: deleted. */
  topic(name: string, config: Topic | undefined): void;
  subscription(name: string, config: Subscription | undefined): void;
  snapshot(name: string, snapshot: SnapshotState | undefined): void;
  /** A seek replaced the backlog by these messages. */
  backlog(subscription: string, seqs: readonly number[]): void;
  published(topic: string, messages: readonly StoredMessage[]): void;
  acked(subscription: string, seq: number): void;
}
