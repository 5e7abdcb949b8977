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
/** Let in, told to wait until a doubt is settled, or refused: the ms after which the caller may come back. */
export type Verdict = 'in' | 'waits' | number;

/** When those who were refused may come back, ms. */
const COME_BACK_MS = 1000;

/** Lets calls in while there is room: an answer now that says "later" beats a queue that makes every answer late. */
export class Admission {
  readonly #max: Record<CallKind, number>;
  readonly #open = { call: 0, stream: 0 };
  readonly #overload: OverloadDetector | undefined;
  /** Hears when those that wait can be decided on, and whether there is a flood. */
  onSettled: (flood: boolean) => void = () => {};

  constructor({ maxInFlight = 512, maxStreams = 1024, shedLoad = true }: AdmissionOptions) {
    this.#max = { call: maxInFlight, stream: maxStreams };
    this.#overload = shedLoad ? new OverloadDetector((flood) => this.onSettled(flood)) : undefined;
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

  /** Takes a place for a call that comes, when there is one. */
  enter(kind: CallKind): Verdict {
    if (this.#open[kind] < (kind === 'call' ? this.limit : this.#max.stream)) {
      this.#open[kind]++;
      if (kind === 'call') this.#overload?.entered();
      return 'in';
    }
    if (kind === 'call' && this.#open.call < this.#max.call && this.#overload?.doubts) {
      this.#overload.waits();
      return 'waits';
    }
    if (kind === 'call') this.#overload?.refused();
    return comeBackMs();
  }

  /** Takes a place for a call that waited, unless that was for a flood. */
  enterAfterWaiting(flood: boolean): Exclude<Verdict, 'waits'> {
    if (!flood && this.#open.call < this.#max.call) {
      this.#open.call++;
      this.#overload?.entered(true);
      return 'in';
    }
    this.#overload?.refused(true);
    return comeBackMs();
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

/** Spread, so that those who were refused together do not come back together. */
function comeBackMs(): number {
  return Math.round(COME_BACK_MS * (0.5 + Math.random()));
}
