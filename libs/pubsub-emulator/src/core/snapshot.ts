import type { Snapshot } from '@kiban/contracts/google/pubsub/v1';
import type { StoredMessage } from './message.ts';

/** A snapshot: the messages unacknowledged at its creation, and all published to the topic from `fromSeq` on. */
export interface SnapshotState {
  config: Snapshot;
  /** What update and expiry go by; config.topic is what callers see. */
  readonly topicName: string;
  readonly unacked: readonly StoredMessage[];
  readonly fromSeq: number;
}
