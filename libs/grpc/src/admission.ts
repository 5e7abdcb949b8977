import { ServiceError } from './service-error.ts';

export interface AdmissionOptions {
  /** Calls answered at the same time, streams not counted; default 512. More are refused, not queued. */
  maxInFlight?: number;
  /** Streams open at the same time; default 1024. */
  maxStreams?: number;
  /** Asked for every call: ms to come back in when the process is too busy to take it. Default: never. */
  overloaded?: () => number | undefined;
}

/** Lets calls in while there is room: an answer now that says "later" beats a queue that makes every answer late. */
export class Admission {
  readonly #max: { call: number; stream: number };
  readonly #open = { call: 0, stream: 0 };
  readonly #overloaded: () => number | undefined;

  constructor({ maxInFlight = 512, maxStreams = 1024, overloaded = () => undefined }: AdmissionOptions) {
    this.#max = { call: maxInFlight, stream: maxStreams };
    this.#overloaded = overloaded;
  }

  get inFlight(): number {
    return this.#open.call;
  }

  get streams(): number {
    return this.#open.stream;
  }

  /** Takes a place; the returned function frees it. Throws RESOURCE_EXHAUSTED with RetryInfo when there is none. */
  enter(kind: 'call' | 'stream'): () => void {
    const wait = this.#open[kind] >= this.#max[kind] ? 1000 : this.#overloaded();
    if (wait !== undefined) {
      // Spread, so that those who were refused together do not come back together.
      const retryAfterMs = Math.round(wait * (0.5 + Math.random()));
      throw ServiceError.resourceExhausted('The service is busy; try again as RetryInfo says.', retryAfterMs);
    }
    this.#open[kind]++;
    return () => {
      this.#open[kind]--;
    };
  }
}
