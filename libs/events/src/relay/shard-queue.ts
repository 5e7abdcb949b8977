/** A shard without progress (another relay has it, or only held keys are left) rests this long before the next look. */
const REST_MS = 10;

/**
 * Hands the pending shards of one database to its workers: no shard to two of them, one scan at a time, and sleep while
 * there is nothing to do.
 */
export class ShardQueue {
  readonly #busy = new Set<number>();
  readonly #restUntil = new Map<number, number>();
  readonly #scan: () => Promise<readonly number[]>;
  readonly #pollMs: number;
  readonly #sleepers = new Set<() => void>();
  #ready: number[] = [];
  #scanning: Promise<void> | undefined;
  #woken = false;
  #resting = false;
  #rotation = 0;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param scan the shards that have rows; @param pollMs between scans while idle */
  constructor(scan: () => Promise<readonly number[]>, pollMs: number) {
    this.#scan = scan;
    this.#pollMs = pollMs;
  }

  /** The next shard to work on, or undefined after `stop`. Rejects when the scan fails. */
  async take(): Promise<number | undefined> {
    while (!this.#stopped) {
      const shard = this.#ready.shift();
      if (shard !== undefined) {
        this.#busy.add(shard);
        return shard;
      }
      this.#woken = false;
      await (this.#scanning ??= this.#refill());
      if (this.#ready.length === 0 && !this.#woken && !this.#stopped) await this.#sleep();
    }
    return undefined;
  }

  /** The worker is done with it. @param restMs how long to leave it alone; 0 when another look pays off at once */
  release(shard: number, restMs: number = REST_MS): void {
    this.#busy.delete(shard);
    if (restMs === 0) this.wake();
    else this.#restUntil.set(shard, performance.now() + restMs);
  }

  wake(): void {
    this.#woken = true;
    for (const resume of this.#sleepers) resume();
  }

  stop(): void {
    this.#stopped = true;
    this.wake();
    clearTimeout(this.#timer);
  }

  async #refill(): Promise<void> {
    try {
      const pending = (await this.#scan()).filter((shard) => !this.#busy.has(shard));
      const now = performance.now();
      const free = pending.filter((shard) => (this.#restUntil.get(shard) ?? 0) <= now);
      this.#resting = free.length < pending.length;
      // Another start each time: several relays do not queue at the same shard, and the last ones do not starve.
      const turn = free.length === 0 ? 0 : this.#rotation++ % free.length;
      this.#ready = [...free.slice(turn), ...free.slice(0, turn)];
      if (free.length > 1) for (const resume of this.#sleepers) resume();
    } finally {
      this.#scanning = undefined;
    }
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

  /** One timer for all sleepers, waking one: it scans, and wakes the others when there is work for them. */
  #arm(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        const [first] = this.#sleepers;
        first?.();
        if (this.#sleepers.size > 0) this.#arm();
      },
      this.#resting ? Math.min(REST_MS, this.#pollMs) : this.#pollMs,
    );
  }
}
