import type { Begun } from './begin-pass.ts';

/** One row of the outbox as the relay reads it. */
export interface OutboxRow {
  readonly shard: number;
  /** bigint as text. */
  readonly id: string;
  readonly event_id: string;
  readonly topic: string;
  readonly ordering_key: string;
  readonly payload: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  /** Seconds since the insert, by the database's clock. */
  readonly age: number;
  /** Failed attempts of this key so far; null when its last publish went well. */
  readonly attempts: number | null;
  /** Whether any key of this shard is held back in this snapshot: the floor may not pass rows that were skipped. */
  readonly held: boolean;
}

/** What a relay read under the locks that it got. */
export interface Heads extends Begun {
  /** By shard, then id. */
  readonly rows: readonly OutboxRow[];
}

/** A transaction reads at most this much payload. */
export const MAX_READ_BYTES = 32 * 1024 * 1024;
