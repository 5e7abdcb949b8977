/** Milliseconds that single calls took. */
export class Stopwatch {
  private readonly times: number[] = [];

  /** Runs a function and notes how long it took. */
  time<R>(run: () => R): R {
    const start = performance.now();
    const result = run();
    this.times.push(performance.now() - start);
    return result;
  }

  /** Mean of all calls; 0 without any. */
  get mean(): number {
    return this.times.reduce((sum, each) => sum + each, 0) / Math.max(1, this.times.length);
  }

  /** The time that a share of all calls did not exceed. */
  quantile(share: number): number {
    const sorted = this.times.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  }
}
