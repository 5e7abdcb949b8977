import { performance } from 'node:perf_hooks';

const TICK_MS = 100;

/** What is told when its time is up. */
export interface Timed {
  expire(): void;
}

/**
 * Deadlines of calls, looked at ten times a second: a timer of its own for each call costs more than the rest of its
 * bookkeeping, and almost none ever fires. Places in a list rather than a Map: a Map that grows leaves its old table to
 * the garbage collector, and with it, for a while, every call that ever stood there.
 */
class Deadlines {
  private readonly calls: (Timed | undefined)[] = [];
  private readonly ends: number[] = [];
  private readonly free: number[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** Calls `expire` after `ms`, or up to 100 ms later. @returns the place, for `delete` */
  add(call: Timed, ms: number): number {
    const place = this.free.pop() ?? this.calls.length;
    this.calls[place] = call;
    this.ends[place] = performance.now() + ms;
    this.timer ??= setTimeout(() => this.tick(), TICK_MS);
    return place;
  }

  /** The place must be one that `add` gave, and is not to be used again. */
  delete(place: number): void {
    this.calls[place] = undefined;
    this.free.push(place);
  }

  private tick(): void {
    this.timer = undefined;
    const now = performance.now();
    // `expire` gives its place back.
    for (let place = 0; place < this.calls.length; place++)
      if (this.calls[place] && (this.ends[place] as number) <= now) this.calls[place]?.expire();
    if (this.free.length < this.calls.length) this.timer ??= setTimeout(() => this.tick(), TICK_MS);
  }
}

export const deadlines = new Deadlines();
