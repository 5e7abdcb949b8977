import type { Publisher, Topology } from '@kiban/pubsub';
import type { Registry } from 'prom-client';
import type { EventLog } from '../log.ts';

/** A database whose outbox a relay empties. */
export interface RelayDatabase {
  /** Label in metrics and logs, e.g. `content`. */
  readonly name: string;
  /** PostgreSQL URL. */
  readonly url: string;
}

export interface RelayOptions {
  readonly databases: readonly RelayDatabase[];
  readonly publisher: Pick<Publisher, 'publish'>;
  /** Where `onPoison` of topics is declared. Default: every topic blocks. */
  readonly topology?: Topology;
  /** Connections per database, each working on one shard at a time. Default 4. */
  readonly connections?: number;
  /** Events per transaction. Default 2,000: fewer make more publish requests, more make more duplicates after a crash. */
  readonly batch?: number;
  /**
   * Wait for NOTIFY. Off behind a pooler in transaction mode, which cannot deliver it. Default true.
   */
  readonly listen?: boolean;
  /** Milliseconds between polls of an idle outbox. Default 100 with `listen`, 20 without. */
  readonly pollMs?: number;
  /** Milliseconds before the first and the last retry of a key whose publish failed; doubles between. Default 100, 30,000. */
  readonly retryMs?: { readonly first: number; readonly last: number };
  /** VACUUM the outbox after this many deleted events, or after 60 s with any. Default 50,000; 0 = never. */
  readonly vacuumEvery?: number;
  readonly metrics?: Registry;
  readonly log?: EventLog;
}

export interface Relay {
  /** Databases that a relay connection reached within the last 15 s, by name. */
  health(): Record<string, boolean>;
  /** Finishes the batches under way and closes the connections. */
  stop(): Promise<void>;
}

/** Advisory lock class of shards. Key locks use the 64-bit form, which never meets the 32-bit pairs. */
export const SHARD_LOCK_CLASS = 4711;

/** Requests start only this long after a batch began: the last one has 10 s, and at 15 s PostgreSQL ends the transaction. */
export const START_WITHIN_MS = 4_000;
export const IDLE_IN_TRANSACTION_MS = 15_000;
