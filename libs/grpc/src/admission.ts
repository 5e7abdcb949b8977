import { OverloadDetector } from './overload.ts';

export interface AdmissionOptions {
  /** Calls answered at the same time, streams not counted; default 512. More are refused, not queued. */
  maxInFlight?: number;
  /** Streams open at the same time; default 1024. */
  maxStreams?: number;
  /** Refuse calls that would only wait because the event loop is saturated; default true. */
  shedLoad?: boolean;
}

export type CallKind = 'call' | 'stream';

/** When those who were refused may come back, ms. */
const COME_BACK_MS = 1000;

/** Lets calls in while there is room: an answer now that says "later" beats a queue that makes every answer late. */
export class Admission {
  readonly #max: Record<CallKind, number>;
  readonly #open = { call: 0, stream: 0 };
  readonly #overload: OverloadDetector | undefined;

  constructor({ maxInFlight = 512, maxStreams = 1024, shedLoad = true }: AdmissionOptions) {
    this.#max = { call: maxInFlight, stream: maxStreams };
    this.#overload = shedLoad ? new OverloadDetector() : undefined;
  }

  get inFlight(): number {
    return this.#open.call;
  }

  get streams(): number {
    return this.#open.stream;
  }

  /** How many calls may be in flight at this moment. */
  get limit(): number {
    return Math.min(this.#max.call, this.#overload?.limit(this.#open.call) ?? Infinity);
  }

  /** Takes a place, or returns the ms after which the caller may come back when there is none. */
  enter(kind: CallKind): number | undefined {
    if (this.#open[kind] >= (kind === 'call' ? this.limit : this.#max.stream)) {
      this.#overload?.refused();
      // Spread, so that those who were refused together do not come back together.
      return Math.round(COME_BACK_MS * (0.5 + Math.random()));
    }
    this.#open[kind]++;
    if (kind === 'call') this.#overload?.entered();
    return undefined;
  }

  /** Gives the place of a call back that took `ms`. */
  leave(kind: CallKind, ms: number): void {
    this.#open[kind]--;
    if (kind === 'call') this.#overload?.answered(ms);
  }

  stop(): void {
    this.#overload?.stop();
  }
}
