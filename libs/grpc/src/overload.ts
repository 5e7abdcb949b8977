import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** How often the load is measured, ms. */
const WINDOW_MS = 100;
/** Share of a window that the event loop is busy when it is saturated, and at the most when it is calm. */
const SATURATED = 0.95;
const CALM = 0.7;
/** So many calls at once on a saturated loop are a queue that grows: callers that wait for answers are fewer. */
const CROWD = 128;
/** Fewest calls that are let in at once while shedding. */
const FEWEST = 8;
/** How long after the last refusal the limit is lifted, ms. */
const CALM_AFTER_MS = 500;

/**
 * How many calls at once keep the process busy without a queue (load shedding).
 *
 * While the loop has idle moments there is no limit. When it has none and calls pile up, the limit is what Little's law
 * gives for the rate that calls are answered at, and twice the time that they took in calm moments: enough to stay busy,
 * too few to wait. A limit on the delay alone would act on every long turn of the loop, a fixed limit would be
 * wrong for every other handler. Dependencies that are slow leave the loop idle and are not answered with refusals.
 */
export class OverloadDetector {
  #limit = Infinity;
  #busy: EventLoopUtilization = performance.eventLoopUtilization();
  #measuredAt = performance.now();
  #refusedAt = -Infinity;
  #done = 0;
  #spentMs = 0;
  /** Calls answered in a ms, smoothed. */
  #rate = 0;
  /** What a call takes when nothing is in its way, ms. */
  #calmMs = 10;
  #saturated = false;
  readonly #timer = setInterval(() => this.#measure(), WINDOW_MS).unref();

  /** How many calls may be in flight now. */
  limit(inFlight: number): number {
    if (this.#limit === Infinity && inFlight >= CROWD && this.#loopIsSaturated()) this.#tighten();
    return this.#limit;
  }

  refused(): void {
    this.#refusedAt = performance.now();
  }

  answered(ms: number): void {
    this.#done++;
    this.#spentMs += ms;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #loopIsSaturated(): boolean {
    return this.#saturated || performance.now() - this.#measuredAt > 2 * WINDOW_MS; // the timer itself is late
  }

  #tighten(): void {
    this.#limit = Math.min(CROWD, Math.max(FEWEST, Math.ceil(this.#rate * 2 * this.#calmMs)));
  }

  #measure(): void {
    const now = performance.now();
    const elapsed = now - this.#measuredAt;
    const busy = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(busy, this.#busy);
    this.#saturated = utilization >= SATURATED;
    if (utilization < CALM && this.#done > 0) {
      const mean = this.#spentMs / this.#done;
      // Quickly down and slowly up: a moment of slow calls must not let a queue in.
      this.#calmMs += (mean - this.#calmMs) * (mean < this.#calmMs ? 0.3 : 0.02);
    }
    this.#rate += (this.#done / elapsed - this.#rate) * Math.min(1, elapsed / 500);
    this.#busy = busy;
    this.#measuredAt = now;
    this.#done = 0;
    this.#spentMs = 0;
    if (this.#limit === Infinity) return;
    if (now - this.#refusedAt > CALM_AFTER_MS) this.#limit = Infinity;
    else this.#tighten();
  }
}
