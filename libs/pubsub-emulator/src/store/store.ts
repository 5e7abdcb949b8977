import { closeSync, fdatasync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../core/core.ts';
import type { Journal } from '../core/journal.ts';
import type { StoredMessage } from '../core/message.ts';
import { checkpoint } from './checkpoint.ts';
import { encodeFact, type Fact } from './fact.ts';
import { policyFact, schemaFact, snapshotFact, subscriptionFact, topicFact } from './facts-of.ts';
import { encodeMessages, encodeNumbers } from './message-record.ts';
import { encodeRecord, RecordKind } from './record.ts';
import { replay } from './replay.ts';
import { lockState } from './state-lock.ts';

/** A log larger than this (bytes) and than three times its last checkpoint is rewritten. */
const REWRITE_FROM = 64 * 1024 * 1024;

export interface StoreOptions {
  readonly dir: string;
  /**
   * Wait for the disk at each commit. Off by default: what was written survives the death of this process (kill -9),
   * which is what a development machine sees; only a power cut or a kernel crash takes back the last seconds. On, a
   * commit costs an fdatasync (0.1 to 10 ms), shared by all requests that wait at the same time.
   */
  readonly sync: boolean;
}

/**
 * Keeps the state of a core in one append-only log. All records of a turn of the event loop are written together, and
 * callers are answered after that (group commit).
 */
export class Store implements Journal {
  readonly #core: Core;
  readonly #path: string;
  readonly #sync: boolean;
  readonly #unlock: () => void;
  #file = -1;
  #size = 0;
  #checkpointSize = 0;
  #pending: Buffer[] = [];
  #settled = new Map<string, number[]>();
  #attempts = new Map<string, number[]>();
  #waiting: (() => void)[] = [];
  #scheduled = false;
  #syncing = false;
  #unsynced: (() => void)[] = [];

  /** Reads the state of `dir` into the core and records from then on. Throws when the folder cannot be written. */
  constructor(core: Core, options: StoreOptions, now: number) {
    this.#core = core;
    this.#sync = options.sync;
    this.#path = join(options.dir, 'pubsub.log');
    mkdirSync(options.dir, { recursive: true });
    this.#unlock = lockState(options.dir);
    replay(core, readIfThere(this.#path), now);
    this.rewrite();
    core.journal = this;
  }

  topic: Journal['topic'] = (name, config) => this.#fact(topicFact(name, config));
  subscription: Journal['subscription'] = (name, config) => this.#fact(subscriptionFact(name, config));
  policy: Journal['policy'] = (name, config) => this.#fact(policyFact(name, config));
  schema: Journal['schema'] = (name, revisions) => this.#fact(schemaFact(name, revisions));
  snapshot: Journal['snapshot'] = (name, snapshot) => this.#fact(snapshotFact(name, snapshot));
  backlog: Journal['backlog'] = (name, seqs) => this.#fact({ is: 'backlog', name, seqs });

  published(topic: string, messages: readonly StoredMessage[]): void {
    this.#record(RecordKind.published, encodeMessages(topic, messages));
  }

  acked(subscription: string, seq: number): void {
    append(this.#settled, subscription, seq);
    this.#schedule();
  }

  attempted(subscription: string, seq: number, attempt: number): void {
    append(this.#attempts, subscription, seq, attempt);
    this.#schedule();
  }

  /** Runs `then` when everything recorded so far is written. */
  commit<T>(then: () => T): T | Promise<T> {
    if (!this.#scheduled && !this.#syncing) return then();
    return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(then);
  }

  /** Writes what is pending and closes the log. */
  close(): void {
    this.#flush();
    fsyncSync(this.#file);
    closeSync(this.#file);
    this.#unlock();
  }

  /** Replaces the log by the present state. */
  rewrite(): void {
    this.#pending = [];
    this.#settled.clear();
    this.#attempts.clear();
    const temporary = `${this.#path}.new`;
    const file = openSync(temporary, 'w');
    let size = 0;
    for (const record of checkpoint(this.#core)) size += writeAll(file, record);
    fsyncSync(file);
    renameSync(temporary, this.#path);
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = file;
    this.#size = size;
    this.#checkpointSize = size;
  }

  #fact(fact: Fact): void {
    this.#record(RecordKind.fact, [encodeFact(fact)]);
  }

  #record(kind: number, payload: readonly Uint8Array[]): void {
    this.#gather();
    this.#pending.push(encodeRecord(kind, payload));
    this.#schedule();
  }

  /** Acknowledgements are gathered per subscription; they go before whatever comes next. */
  #gather(): void {
    for (const [name, pairs] of this.#attempts)
      this.#pending.push(encodeRecord(RecordKind.attempts, [encodeNumbers(name, pairs)]));
    for (const [name, seqs] of this.#settled)
      this.#pending.push(encodeRecord(RecordKind.settled, [encodeNumbers(name, seqs)]));
    this.#attempts.clear();
    this.#settled.clear();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      if (this.#scheduled) this.#flush();
    });
  }

  #flush(): void {
    this.#scheduled = false;
    this.#gather();
    if (this.#size > REWRITE_FROM && this.#size > 3 * this.#checkpointSize) this.rewrite();
    else {
      for (const record of this.#pending.length > 1 ? [Buffer.concat(this.#pending)] : this.#pending) {
        this.#size += writeAll(this.#file, record);
      }
      this.#pending = [];
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    if (!this.#sync) for (const done of waiting) done();
    else {
      this.#unsynced.push(...waiting);
      this.#syncNow();
    }
  }

  #syncNow(): void {
    if (this.#syncing) return;
    const covered = this.#unsynced;
    this.#unsynced = [];
    this.#syncing = true;
    fdatasync(this.#file, () => {
      this.#syncing = false;
      for (const done of covered) done();
      if (this.#unsynced.length > 0) this.#syncNow();
    });
  }
}

function append(map: Map<string, number[]>, key: string, ...values: number[]): void {
  const known = map.get(key);
  if (known) known.push(...values);
  else map.set(key, values);
}

function writeAll(file: number, bytes: Buffer): number {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  return bytes.length;
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
