const TICK_MS = 100;

/** What is told when its time is up. */
export interface Timed {
  expire(): void;
}

/**
 * Deadlines of calls, looked at ten times a second: a timer of its own for each call costs more than the rest of its
 * bookkeeping, and almost none ever fires.
 */
class Deadlines {
  private readonly running = new Map<Timed, number>();
  private timer: NodeJS.Timeout | undefined;

  /** Calls `expire` after `ms`, or up to 100 ms later. */
  add(call: Timed, ms: number): void {
    this.running.set(call, performance.now() + ms);
    this.timer ??= setTimeout(() => this.tick(), TICK_MS);
  }

  delete(call: Timed): void {
    this.running.delete(call);
  }

  private tick(): void {
    this.timer = undefined;
    const now = performance.now();
    for (const [call, at] of this.running) {
      if (at > now) continue;
      this.running.delete(call);
      call.expire();
    }
    if (this.running.size > 0) this.timer ??= setTimeout(() => this.tick(), TICK_MS);
  }
}

export const deadlines = new Deadlines();
