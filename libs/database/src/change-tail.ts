import { setImmediate as turn } from 'node:timers/promises';
import { ChangeChannel } from './change-channel.ts';
import type { Database } from './create-database.ts';
import type { Queryable } from './queryable.ts';

export interface ChangeTailOptions<Change> {
  /** Where the log is. */
  readonly database: Pick<Database<never>, 'pool'>;
  /** Name of the log: of its lock and of the NOTIFY channel that wakes other replicas. a-z, 0-9 and _. */
  readonly log: string;
  /** The changes after a number in ascending order, as many as are handled at once; none at the end of the log. */
  readonly read: (after: bigint) => Promise<readonly Change[]>;
  /** Takes a change in. Must not throw: a change that cannot be applied would be tried forever. */
  readonly apply: (change: Change) => void;
  /** Number of a change. */
  readonly seqOf: (change: Change) => bigint;
  /** How long after the last look to look again without being woken, in milliseconds. Default 500. */
  readonly pollMs?: number;
  /** Called when reading or listening failed; it is tried again. Default: ignored. */
  readonly onError?: (error: unknown) => void;
}

/** How long changes are applied before other work gets its turn. */
const TURN_MS = 10;

/**
 * Takes the lock under which numbers of a change log are drawn, until the transaction ends. Call it right before the
 * insert: numbers then become visible in ascending order, and a reader that saw one has missed none below it. The price
 * is that writers of one log commit one after the other, about a thousand a second.
 */
export async function lockChangeLog(tx: Queryable, log: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`change log ${log}`]);
}

/** Follows a change log into memory: first all of it, then each change as it is committed by any replica. */
export class ChangeTail<Change> {
  readonly #options: ChangeTailOptions<Change>;
  readonly #channel: ChangeChannel;
  #seq = 0n;
  #looking: Promise<void> | undefined;
  #again = false;
  #closed = false;
  #poll: NodeJS.Timeout | undefined;

  constructor(options: ChangeTailOptions<Change>) {
    const { database, log, onError } = options;
    this.#options = options;
    this.#channel = new ChangeChannel({ database, name: log, onWake: () => void this.wake(), onError });
  }

  /** Number of the last change applied. */
  get seq(): bigint {
    return this.#seq;
  }

  /** Loads the log and keeps following it. Rejects when the first load fails; it may be called again then. */
  async start(): Promise<void> {
    // Listening takes a connection of its own: nobody waits for it, and what is committed until then is looked for then.
    const loaded = this.#drain();
    const listening = this.#channel.listen();
    await loaded;
    void listening.then(() => this.wake());
    this.#schedule();
  }

  /** Looks for changes now. Call it after a commit of this process; resolves when what was committed is applied. */
  async wake(): Promise<void> {
    if (this.#closed) return;
    this.#again = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  /** After a commit: wakes this replica at once and the others by NOTIFY. */
  announce(): void {
    void this.wake();
    this.#channel.announce();
  }

  /** Stops following. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#poll);
    this.#channel.close();
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#drain();
      }
    } catch (error) {
      // The pool ends while a service drains: that is no failure to report.
      if (!this.#closed) this.#options.onError?.(error);
    }
  }

  async #drain(): Promise<void> {
    const { read, apply, seqOf } = this.#options;
    for (;;) {
      const changes = await read(this.#seq);
      let since = performance.now();
      for (const change of changes) {
        const seq = seqOf(change);
        // Two drains may be under way: while one waits for its turn the other goes on.
        if (seq <= this.#seq) continue;
        apply(change);
        this.#seq = seq;
        if (performance.now() - since < TURN_MS) continue;
        await turn();
        since = performance.now();
      }
      if (changes.length === 0 || this.#closed) return;
    }
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#poll = setTimeout(() => {
      void this.#channel
        .listen()
        .then(() => this.wake())
        .finally(() => this.#schedule());
    }, this.#options.pollMs ?? 500).unref();
  }
}
