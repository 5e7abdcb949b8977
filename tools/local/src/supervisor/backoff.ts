/** Pauses between restarts: 100 ms, doubling up to 3 s, from the beginning again after 30 s without a crash. */
export class Backoff {
  static readonly #FIRST_MS = 100;
  static readonly #LAST_MS = 3_000;
  static readonly #CALM_MS = 30_000;

  #failures = 0;

  /** The pause before the next start of a process that ran for `upMs`. */
  next(upMs: number): number {
    this.#failures = upMs >= Backoff.#CALM_MS ? 1 : this.#failures + 1;
    return Math.min(Backoff.#LAST_MS, Backoff.#FIRST_MS * 2 ** (this.#failures - 1));
  }

  /** Crashes in a row. */
  get failures(): number {
    return this.#failures;
  }
}
