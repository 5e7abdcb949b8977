import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../core/core.ts';
import type { Journal } from '../core/journal.ts';
import type { StoredMessage } from '../core/message.ts';
import { checkpoint } from './checkpoint.ts';
import { encodeFact, type Fact } from './fact.ts';
import { policyFact, schemaFact, snapshotFact, subscriptionFact, topicFact } from './facts-of.ts';
import { LogFile } from './log-file.ts';
import { encodeMessages, encodeNumbers } from './message-record.ts';
import { readLog } from './read-log.ts';
import { encodeRecord, type Record, RecordKind } from './record.ts';
import { replay } from './replay.ts';
import { rewriteLog } from './rewriting.ts';
import { lockState } from './state-lock.ts';

const REWRITE_FROM = 64 * 1024 * 1024;

export interface StoreOptions {
  readonly dir: string;
  /**
   * Wait for the disk at each commit. Off by default: what was written survives the death of this process (kill -9),
   * which is what a development machine sees; only a power cut or a kernel crash takes back the last seconds. On, a
   * commit costs an fdatasync (0.1 to 10 ms), shared by all requests that wait at the same time.
   */
  readonly sync: boolean;
  /**
   * A log larger than this (bytes) and than three times the state it began with is rewritten, between other work.
   * Default 64 MiB.
   */
  readonly rewriteFrom?: number;
}

/**
 * Keeps the state of a core in one append-only log. All records of a turn of the event loop are written together, and
 * callers are answered after that (group commit).
 */
export class Store implements Journal {
  readonly #core: Core;
  readonly #sync: boolean;
  readonly #rewriteFrom: number;
  readonly #unlock: () => void;
  #log: LogFile;
  #checkpointSize = 0;
  #rewriting: Promise<void> | undefined = undefined;
  #closed = false;
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
    this.#rewriteFrom = options.rewriteFrom ?? REWRITE_FROM;
    const path = join(options.dir, 'pubsub.log');
    mkdirSync(options.dir, { recursive: true });
    this.#unlock = lockState(options.dir);
    const end = replayLog(core, path, now);
    this.#log = end > 0 ? new LogFile(path, end) : this.#firstLog(path);
    core.journal = this;
    // What an earlier process left is history for the most part: it is rewritten while this one already answers.
    if (end > 0) this.#rewriting = this.#rewrite();
  }

  #firstLog(path: string): LogFile {
    const log = new LogFile(`${path}.new`);
    for (const record of checkpoint(this.#core)) log.append(record);
    log.moveTo(path);
    this.#checkpointSize = log.size;
    return log;
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
  async close(): Promise<void> {
    this.#closed = true;
    await this.#rewriting;
    this.#flush();
    // A disk sync that is under way needs its file.
    while (this.#syncing) await new Promise(setImmediate);
    this.#log.syncNow();
    this.#log.close();
    rmSync(`${this.#log.path}.new`, { force: true });
    this.#unlock();
  }

  /** Replaces the log by the present state, all of which is in it, while records go on being appended. */
  async #rewrite(): Promise<void> {
    const stopped = (): boolean => this.#closed;
    try {
      const written = await rewriteLog({ log: this.#log, records: checkpoint(this.#core), stopped });
      // A disk sync that is under way needs its file.
      while (this.#syncing) await new Promise(setImmediate);
      if (!written) return;
      const old = this.#log;
      written.next.appendRest(old, written.copied);
      written.next.moveTo(old.path);
      this.#log = written.next;
      this.#checkpointSize = written.checkpointSize;
      old.close();
    } catch (error) {
      console.error('pubsub-emulator: the log could not be rewritten and goes on growing', error);
      this.#checkpointSize = this.#log.size;
    } finally {
      this.#rewriting = undefined;
    }
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
    for (const record of this.#pending.length > 1 ? [Buffer.concat(this.#pending)] : this.#pending) {
      this.#log.append(record);
    }
    this.#pending = [];
    const { size } = this.#log;
    if (!this.#rewriting && !this.#closed && size > this.#rewriteFrom && size > 3 * this.#checkpointSize) {
      this.#rewriting = this.#rewrite();
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    if (!this.#sync) for (const done of waiting) done();
    else {
      this.#unsynced.push(...waiting);
      void this.#syncAll();
    }
  }

  async #syncAll(): Promise<void> {
    if (this.#syncing) return;
    this.#syncing = true;
    while (this.#unsynced.length > 0) {
      const covered = this.#unsynced;
      this.#unsynced = [];
      await this.#log.sync();
      for (const done of covered) done();
    }
    this.#syncing = false;
  }
}

/** Puts what a log says into the core; gives where its last whole record ends, 0 for no log. */
function replayLog(core: Core, path: string, now: number): number {
  let end = 0;
  function* records(): Generator<Record> {
    for (const record of readLog(path)) {
      yield record;
      ({ end } = record);
    }
  }
  replay(core, records(), now);
  return end;
}

function append(map: Map<string, number[]>, key: string, ...values: number[]): void {
  const known = map.get(key);
  if (known) known.push(...values);
  else map.set(key, values);
}
