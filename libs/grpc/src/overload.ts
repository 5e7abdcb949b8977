import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** How often the load is measured, ms. */
const WINDOW_MS = 50;
/** Shortest time over which the event loop is judged when a crowd comes in, ms. */
const GLANCE_MS = 10;
/** Share of a time that the loop is busy when calls that pile up are a queue. */
const BUSY = 0.85;
/** While shedding it is kept between these: fuller, and calls wait for each other; emptier, and time is wasted. */
const SPARE = 0.92;
const FULL = 0.96;
/** Share of the last windows that calls must ask for until those that pile up are a flood, and not held up by a stall. */
const DEMAND = 1;
const DEMAND_WINDOWS = 3;
/** Work that a stall may hold up, ms. */
const STALL_MS = 1_000;
/** The loop is calm up to this share: what calls take then is what they take when nothing is in their way. */
const CALM = 0.7;
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
/** A program is cold for its first calls, or until it has computed so long, ms: what they cost says nothing of later ones. */
const COLD_CALLS = 300;
const COLD_MS = 2_000;

/**
 * How many calls at once keep the process busy without a queue (load shedding).
 *
 * While the loop has idle moments there is no limit. When it has none and calls pile up, there is one, and it follows the
 * loop: it grows while calls are refused although the loop has time left, and shrinks while the loop has none and calls
 * take much longer than in calm moments. So it ends where the loop is just busy, whatever a call computes or waits for.
 * A threshold on the delay alone would act on every long turn of the loop, a fixed limit would be wrong for every other
 * handler. Dependencies that are slow leave the loop idle and are not answered with refusals. Nor are calls that a stall has
 * held up, such as a core that another program had: they ask for less than there is, and are answered as soon as it is over.
 */
export class OverloadDetector {
  #limit = Infinity;
  /** The loop at the start of the window, and when it was last seen with time to spare. */
  #window: Moment = moment();
  #glance: Moment = this.#window;
  /** The beginnings of the last windows, and how many calls had been let in by then. */
  readonly #past: { at: number; entered: number }[] = [{ at: this.#window.at, entered: 0 }];
  #entered = 0;
  /** Calls let in during this turn of the loop, while shedding. */
  #taken = 0;
  #refusals = 0;
  #refusedAt = -Infinity;
  #done = 0;
  #spentMs = 0;
  /** What a call computes, ms. */
  #costMs = 0.4;
  /** What a call takes when nothing is in its way, ms. */
  #calmMs = 10;
  /** Calls until the program is warm, and when the first one was answered. */
  #coldCalls = COLD_CALLS;
  #first: Moment | undefined;
  readonly #timer = setInterval(() => this.#measure(), WINDOW_MS).unref();

  /** How many calls may be in flight now. */
  limit(inFlight: number): number {
    if (this.#limit === Infinity && inFlight >= SMALL_CROWD / 2 && inFlight >= this.#crowd() / 2) this.#look(inFlight);
    // Calls that come in together wait together and compute one after the other, and the loop is idle in between.
    return this.#taken >= this.#limit / TURNS ? 0 : this.#limit;
  }

  entered(): void {
    this.#entered++;
    if (this.#limit !== Infinity && this.#taken++ === 0) setImmediate(() => (this.#taken = 0));
  }

  refused(): void {
    this.#refusals++;
  }

  answered(ms: number): void {
    this.#done++;
    this.#spentMs += ms;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Calls that are more than a burst when the loop has no idle moment. */
  #crowd(): number {
    return Math.min(BIG_CROWD, Math.max(SMALL_CROWD, (this.#calmMs + BURST_MS) / this.#costMs));
  }

  /** Calls that keep the loop busy while each waits as long as in calm moments, and a little longer for its turn. */
  #enough(): number {
    return Math.max(FEWEST, (this.#calmMs + QUEUE_MS) / this.#costMs);
  }

  /** Share of the last windows that the calls which came in them compute. */
  #demand(now: number): number {
    const since = this.#past[0] ?? { at: now, entered: this.#entered };
    return ((this.#entered - since.entered) * this.#costMs) / Math.max(GLANCE_MS, now - since.at);
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
    if (this.#demand(now) < DEMAND && inFlight < (this.#calmMs + STALL_MS) / this.#costMs) return;
    this.#limit = Math.ceil(this.#enough());
    this.#refusedAt = now;
  }

  #measure(): void {
    const now = performance.now();
    const busy = busySince(this.#window);
    const meanMs = this.#done > 0 ? this.#spentMs / this.#done : this.#calmMs;
    this.#learn(busy, now - this.#window.at, meanMs);
    if (this.#refusals > 0) this.#refusedAt = now;
    if (this.#limit !== Infinity) this.#steer(now, busy, meanMs);
    this.#window = moment();
    if (busy < BUSY) this.#glance = this.#window;
    this.#past.push({ at: now, entered: this.#entered });
    if (this.#past.length > DEMAND_WINDOWS) this.#past.shift();
    this.#refusals = this.#done = this.#spentMs = 0;
  }

  #learn(busy: number, elapsedMs: number, meanMs: number): void {
    if (this.#done === 0) return;
    // Quickly down and slowly up: a moment of slow calls must not let a queue in.
    if (busy < CALM) this.#calmMs += (meanMs - this.#calmMs) * (meanMs < this.#calmMs ? 0.2 : 0.01);
    // Few calls say little: what else the process does would count as theirs. Those of a cold program are many times as dear
    // as later ones: learned from them, a replica that has just started would take its share of calls for a flood.
    if (this.#isCold() || this.#done < 4) return;
    const computedMs = Math.min(busy * elapsedMs, cpuSince(this.#window));
    this.#costMs += (computedMs / this.#done - this.#costMs) * 0.1;
  }

  #isCold(): boolean {
    if (this.#coldCalls <= 0) return false;
    this.#first ??= this.#window;
    this.#coldCalls -= this.#done;
    if (cpuSince(this.#first) > COLD_MS) this.#coldCalls = 0;
    return true;
  }

  #steer(now: number, busy: number, meanMs: number): void {
    if (now - this.#refusedAt > CALM_AFTER_MS) this.#limit = Infinity;
    else if (busy < SPARE && this.#refusals > 0)
      this.#limit = Math.ceil(Math.min(this.#limit * 1.1, 2 * this.#enough()));
    else if (busy > FULL && meanMs > 1.5 * this.#calmMs) this.#limit = Math.max(FEWEST, Math.floor(this.#limit * 0.95));
  }
}

interface Moment {
  at: number;
  /** What the process has computed so far, ms: on a crowded machine the loop is also busy while it waits for a core. */
  cpuMs: number;
  loop: EventLoopUtilization;
}

function moment(): Moment {
  return { at: performance.now(), cpuMs: cpuMs(), loop: performance.eventLoopUtilization() };
}

/** Share of the time since then that the loop was busy. */
function busySince({ loop }: Moment): number {
  return performance.eventLoopUtilization(loop).utilization;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What the process computed since then, ms. */
function cpuSince(moment: Moment): number {
  return cpuMs() - moment.cpuMs;
}
