const HOUR = 3_600_000;

/** Half-lives of the counters, in milliseconds: 6 hours, 1, 3 and 14 days. */
export const HALF_LIVES = [6 * HOUR, 24 * HOUR, 72 * HOUR, 336 * HOUR] as const;
const KINDS = HALF_LIVES.length;
/** What subtraction leaves behind of a counter that is empty. */
const DUST = 1e-9;

/**
 * Per article, weights that halve with time, one counter per half-life. Kept as the value at the time of the newest
 * event, so nothing is touched while time passes, and events out of order count what they would have counted.
 */
export class DecayedCounters {
  private values = new Float64Array(64 * KINDS);
  private times = new Float64Array(64);

  /** Adds an event. */
  add(article: number, time: number, weight: number): void {
    this.reserve(article);
    const last = this.times[article] as number;
    const newest = Math.max(last, time);
    HALF_LIVES.forEach((halfLife, kind) => {
      const at = article * KINDS + kind;
      const kept = (this.values[at] as number) * 2 ** ((last - newest) / halfLife);
      this.values[at] = kept + weight * 2 ** ((time - newest) / halfLife);
    });
    this.times[article] = newest;
  }

  /** Takes an event out again that was added before. */
  subtract(article: number, time: number, weight: number): void {
    const last = this.times[article] ?? 0;
    HALF_LIVES.forEach((halfLife, kind) => {
      const at = article * KINDS + kind;
      const left = (this.values[at] as number) - weight * 2 ** ((time - last) / halfLife);
      this.values[at] = left < DUST ? 0 : left;
    });
  }

  /** The counter of one half-life at a time; at the newest event for an earlier time. */
  read(article: number, kind: number, now: number): number {
    if (article >= this.times.length) return 0;
    const value = this.values[article * KINDS + kind] as number;
    if (value === 0) return 0;
    const passed = Math.max(0, now - (this.times[article] as number));
    return value * 2 ** (-passed / (HALF_LIVES[kind] as number));
  }

  /** Milliseconds since the newest event; Infinity when there was none. */
  quiet(article: number, now: number): number {
    const last = this.times[article] ?? 0;
    return last === 0 ? Infinity : Math.max(0, now - last);
  }

  /** Events per day just now: the mean over all half-lives of what each counter says the rate is. */
  rate(article: number, now: number): number {
    let sum = 0;
    for (let kind = 0; kind < KINDS; kind++) {
      sum += (this.read(article, kind, now) * Math.LN2 * 24 * HOUR) / (HALF_LIVES[kind] as number);
    }
    return sum / KINDS;
  }

  private reserve(article: number): void {
    if (article < this.times.length) return;
    const length = Math.max(article + 1, this.times.length * 2);
    const values = new Float64Array(length * KINDS);
    values.set(this.values);
    const times = new Float64Array(length);
    times.set(this.times);
    this.values = values;
    this.times = times;
  }
}
