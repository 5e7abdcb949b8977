import { performance } from 'node:perf_hooks';
import { CallCost } from './call-cost.ts';
import { busySince, type Moment, moment } from './moment.ts';

/** How often the load is measured, ms. */
const WINDOW_MS = 50;
/** Shortest time over which the event loop is judged when a crowd comes in, ms. */
const GLANCE_MS = 10;
/** Share of a time that the loop is busy when calls that pile up are a queue. */
const BUSY = 0.85;
/** While shedding it is kept between these: fuller, and calls wait for each other; emptier, and time is wasted. */
const SPARE = 0.92;
const FULL = 0.96;
/** Share of the last windows that the calls let in must ask for until those that pile up may be a flood. */
const DEMAND = 1;
const DEMAND_WINDOWS = 3;
/** Windows after which a doubt is settled, by the last two: what a stall held up has come before them. */
const DOUBT_WINDOWS = 4;
const EBB_WINDOWS = 2;
/** Share of the time that calls which come must ask for, or there is no flood; in a flood over more windows. */
const EBB = 0.7;
const OVER_WINDOWS = 10;
/** Work that a stall may hold up, ms. */
const STALL_MS = 1_000;
/** Work that may wait before a busy loop counts as overloaded, and that may wait while shedding, ms. */
const BURST_MS = 60;
const QUEUE_MS = 10;
/** Bounds of a crowd, and the fewest calls that are let in at once while shedding. */
const SMALL_CROWD = 16;
const BIG_CROWD = 256;
const FEWEST = 2;
/** While shedding, the places are given away over so many turns of the loop at least. */
const TURNS = 6;
/** How long after the last refusal the limit is lifted, ms. */
const CALM_AFTER_MS = 500;

/**
 * How many calls at once keep the process busy without a queue (load shedding).
 *
 * While the loop has idle moments there is no limit. When it has none and calls pile up, there is one, and it follows the
 * loop: it grows while calls are refused although the loop has time left, and shrinks while the loop has none and calls
 * take much longer than in calm moments. So it ends where the loop is just busy, whatever a call computes or waits for.
 * A threshold on the delay alone would act on every long turn of the loop, a fixed limit would be wrong for every other
 * handler. Dependencies that are slow leave the loop idle and are not answered with refusals.
 *
 * Calls that a stall has held up, here or at their caller, look like a flood when they come in together. So at first there
 * is a doubt: calls beyond the limit wait at the door, and are let in when no others come behind them.
 */
export class OverloadDetector {
  readonly #cost = new CallCost();
  readonly #onSettled: (flood: boolean) => void;
  #limit = Infinity;
  /** Windows of the doubt so far; undefined when there is none. */
  #doubt: number | undefined;
  /** The loop at the start of the window, and when it was last seen with time to spare. */
  #window: Moment = moment();
  #glance: Moment = this.#window;
  /** The beginnings of the last windows, and how many calls had come and had been let in by then. */
  readonly #past: Past[] = [{ at: this.#window.at, came: 0, entered: 0 }];
  #came = 0;
  #entered = 0;
  #waiting = 0;
  /** Calls let in during this turn of the loop, while shedding. */
  #taken = 0;
  #refusals = 0;
  #refusedAt = -Infinity;
  readonly #timer = setInterval(() => this.#measure(), WINDOW_MS).unref();

  /** `onSettled` hears at the end of each doubt whether there is a flood. */
  constructor(onSettled: (flood: boolean) => void) {
    this.#onSettled = onSettled;
  }

  /** How many calls may be in flight now. */
  limit(inFlight: number): number {
    if (this.#limit === Infinity && inFlight >= SMALL_CROWD / 2 && inFlight >= this.#crowd() / 2) this.#look(inFlight);
    // Calls that come in together wait together and compute one after the other, and the loop is idle in between.
    return this.#taken >= this.#limit / TURNS ? 0 : this.#limit;
  }

  /** Whether calls beyond the limit should wait: it is not known yet whether there is a flood. */
  get doubts(): boolean {
    return this.#doubt !== undefined && this.#waiting < STALL_MS / this.#cost.computesMs;
  }

  entered(waited = false): void {
    if (!waited) this.#came++;
    this.#entered++;
    if (this.#limit !== Infinity && this.#taken++ === 0) setImmediate(() => (this.#taken = 0));
  }

  waits(): void {
    this.#came++;
    this.#waiting++;
  }

  refused(waited = false): void {
    if (!waited) this.#came++;
    this.#refusals++;
  }

  answered(ms: number): void {
    this.#cost.answered(ms);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Calls that are more than a burst when the loop has no idle moment. */
  #crowd(): number {
    return Math.min(BIG_CROWD, Math.max(SMALL_CROWD, (this.#cost.calmMs + BURST_MS) / this.#cost.computesMs));
  }

  /** Calls that keep the loop busy while each waits as long as in calm moments, and a little longer for its turn. */
  #enough(): number {
    return Math.max(FEWEST, (this.#cost.calmMs + QUEUE_MS) / this.#cost.computesMs);
  }

  /** Share of the last windows that the calls compute which came, or were let in, since they began. */
  #demand(which: 'came' | 'entered', windows: number, now: number): number {
    const since = this.#past[Math.max(0, this.#past.length - windows)] ?? { at: now, came: 0, entered: 0 };
    const calls = (which === 'came' ? this.#came : this.#entered) - since[which];
    return (calls * this.#cost.computesMs) / Math.max(GLANCE_MS, now - since.at);
  }

  /** A look between two measurements: in a flood the next one would come hundreds of calls too late. */
  #look(inFlight: number): void {
    const now = performance.now();
    if (now - this.#glance.at < GLANCE_MS) return;
    if (busySince(this.#glance) < BUSY) {
      this.#glance = moment();
      return;
    }
    if (inFlight < this.#crowd()) return;
    const stalled = inFlight < (this.#cost.calmMs + STALL_MS) / this.#cost.computesMs;
    if (stalled && this.#demand('entered', DEMAND_WINDOWS, now) < DEMAND) return;
    this.#limit = Math.ceil(this.#enough());
    this.#refusedAt = now;
    this.#doubt = this.#waiting = 0;
  }

  #measure(): void {
    const now = performance.now();
    const busy = busySince(this.#window);
    const meanMs = this.#cost.learn(this.#window, now);
    if (this.#refusals > 0) this.#refusedAt = now;
    if (this.#limit !== Infinity) this.#steer(now, busy, meanMs);
    this.#window = moment();
    if (busy < BUSY) this.#glance = this.#window;
    this.#past.push({ at: now, came: this.#came, entered: this.#entered });
    if (this.#past.length > OVER_WINDOWS) this.#past.shift();
    this.#refusals = 0;
  }

  #steer(now: number, busy: number, meanMs: number): void {
    if (this.#doubt === undefined) {
      const ebbs = this.#past.length === OVER_WINDOWS && this.#demand('came', OVER_WINDOWS, now) < EBB;
      if (ebbs || now - this.#refusedAt > CALM_AFTER_MS) this.#limit = Infinity;
    } else if (++this.#doubt >= DOUBT_WINDOWS) {
      this.#settle(this.#demand('came', EBB_WINDOWS, now) >= EBB);
    }
    if (this.#limit !== Infinity) this.#follow(busy, meanMs);
  }

  #settle(flood: boolean): void {
    if (!flood) this.#limit = Infinity;
    this.#doubt = undefined;
    this.#onSettled(flood);
    this.#waiting = 0;
  }

  #follow(busy: number, meanMs: number): void {
    const turnedAway = this.#refusals + this.#waiting > 0;
    if (busy < SPARE && turnedAway) this.#limit = Math.ceil(Math.min(this.#limit * 1.1, 2 * this.#enough()));
    else if (busy > FULL && meanMs > 1.5 * this.#cost.calmMs)
      this.#limit = Math.max(FEWEST, Math.floor(this.#limit * 0.95));
  }
}

interface Past {
  readonly at: number;
  readonly came: number;
  readonly entered: number;
}
