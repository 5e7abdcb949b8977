/** A shard without progress (another relay has it, or only held keys are left) rests this long before the next look. */
const REST_MS = 10;

/** What a worker does next. */
export interface Turn {
  /** One shard when `deep`, else all that are free: whichever of them has rows is worked on in one transaction. */
  readonly shards: readonly number[];
  /** The shard had more rows than the last transaction took. */
  readonly deep: boolean;
}

/** What a worker says about a shard when it lets go of it: more rows wait, something was done, or leave it for some ms. */
export type Release = 'more' | 'progress' | { readonly restMs?: number | undefined };

/**
 * Hands the shards of one database to its workers, none to two of them, and lets them sleep while there is nothing to do.
 * Little is moved by looking at all free shards at once, much by taking them one by one.
 */
export class ShardQueue {
  readonly #free: Set<number>;
  readonly #deep: number[] = [];
  readonly #restUntil = new Map<number, number>();
  readonly #sleepers = new Set<() => void>();
  readonly #pollMs: number;
  #due = true;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param pollMs between looks while idle */
  constructor(shards: number, pollMs: number) {
    this.#free = new Set(Array.from({ length: shards }, (_, shard) => shard));
    this.#pollMs = pollMs;
  }

  /** What to do next, or undefined after `stop`. */
  async take(): Promise<Turn | undefined> {
    while (!this.#stopped) {
      const deep = this.#deep.shift();
      if (deep !== undefined) return { shards: [deep], deep: true };
      const shards = this.#due ? this.#rested() : [];
      if (shards.length > 0) {
        this.#due = false;
        for (const shard of shards) this.#free.delete(shard);
        return { shards, deep: false };
      }
      await this.#sleep();
    }
    return undefined;
  }

  /** The worker goes on with these shards of its turn; the others may be looked at again. */
  keep(turn: Turn, shards: readonly number[]): void {
    for (const shard of turn.shards) if (!shards.includes(shard)) this.#free.add(shard);
    if (this.#due) this.#resumeOne();
  }

  release(shard: number, how: Release): void {
    if (how === 'more') {
      this.#deep.push(shard);
      this.#resumeOne();
      return;
    }
    this.#free.add(shard);
    // A wake may have come while it was taken: it is looked at again now, or after its rest.
    if (how === 'progress') this.wake();
    else this.#restUntil.set(shard, performance.now() + (how.restMs ?? REST_MS));
  }

  /** Something was committed. */
  wake(): void {
    this.#due = true;
    this.#resumeOne();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const resume of this.#sleepers) resume();
  }

  #rested(): number[] {
    const now = performance.now();
    for (const [shard, until] of this.#restUntil) if (until <= now) this.#restUntil.delete(shard);
    return [...this.#free].filter((shard) => !this.#restUntil.has(shard));
  }

  #resumeOne(): void {
    const [first] = this.#sleepers;
    first?.();
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        this.#sleepers.delete(resume);
        resolve();
      };
      this.#sleepers.add(resume);
      this.#arm();
    });
  }

  /** One timer for all sleepers: a look is due when the first shard has rested, at the latest after `pollMs`. */
  #arm(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    const now = performance.now();
    let wait = this.#pollMs;
    for (const until of this.#restUntil.values()) wait = Math.min(wait, Math.max(1, until - now));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.wake();
      if (this.#sleepers.size > 0) this.#arm();
    }, wait);
  }
}
