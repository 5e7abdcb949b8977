import type { Policy } from '@kiban/contracts/google/iam/v1';
import type { Schema, Subscription, Topic } from '@kiban/contracts/google/pubsub/v1';
import type { StoredMessage } from './message.ts';
import type { SnapshotState } from './snapshot.ts';

/** Told of everything that must survive a restart, in order. */
export interface Journal {
  /** Created or changed; undefined: deleted. */
  topic(name: string, config: Topic | undefined): void;
  subscription(name: string, config: Subscription | undefined): void;
  policy(name: string, config: Policy | undefined): void;
  schema(name: string, revisions: readonly Schema[] | undefined): void;
  snapshot(name: string, snapshot: SnapshotState | undefined): void;
  /** A seek replaced the backlog by these messages. */
  backlog(subscription: string, seqs: readonly number[]): void;
  published(topic: string, messages: readonly StoredMessage[]): void;
  /** A delivery under a dead-letter policy failed. */
  attempted(subscription: string, seq: number, attempt: number): void;
  /** The subscription is done with the message: acknowledged, forwarded or expired. */
  acked(subscription: string, seq: number): void;
}
