import { busySince, cpuSince, type Moment } from './moment.ts';

/** The loop is calm up to this share: what calls take then is what they take when nothing is in their way. */
const CALM = 0.7;
/** A program is cold for its first calls, or until it has computed so long, ms: what they cost says nothing of later ones. */
const COLD_CALLS = 300;
const COLD_MS = 2_000;

/** What the calls of a process cost, learned while it runs. */
export class CallCost {
  /** What a call computes, ms. */
  #computesMs = 0.4;
  /** What a call takes when nothing is in its way, ms. */
  #calmMs = 10;
  #done = 0;
  #spentMs = 0;
  /** Calls until the program is warm, and when the first one was answered. */
  #coldCalls = COLD_CALLS;
  #first: Moment | undefined;

  get computesMs(): number {
    return this.#computesMs;
  }

  get calmMs(): number {
    return this.#calmMs;
  }

  answered(ms: number): void {
    this.#done++;
    this.#spentMs += ms;
  }

  /** Ends a window that began then. @returns what the calls took that were answered in it, ms */
  learn(began: Moment, now: number): number {
    const done = this.#done;
    if (done === 0) return this.#calmMs;
    const meanMs = this.#spentMs / done;
    this.#done = this.#spentMs = 0;
    const busy = busySince(began);
    // Quickly down and slowly up: a moment of slow calls must not let a queue in.
    if (busy < CALM) this.#calmMs += (meanMs - this.#calmMs) * (meanMs < this.#calmMs ? 0.2 : 0.01);
    // Few calls say little: what else the process does would count as theirs. Those of a cold program are many times as dear
    // as later ones: learned from them, a replica that has just started would take its share of calls for a flood.
    if (this.#isCold(began, done) || done < 4) return meanMs;
    const computedMs = Math.min(busy * (now - began.at), cpuSince(began));
    this.#computesMs += (computedMs / done - this.#computesMs) * 0.1;
    return meanMs;
  }

  #isCold(began: Moment, done: number): boolean {
    if (this.#coldCalls <= 0) return false;
    this.#first ??= began;
    this.#coldCalls -= done;
    if (cpuSince(this.#first) > COLD_MS) this.#coldCalls = 0;
    return true;
  }
}
