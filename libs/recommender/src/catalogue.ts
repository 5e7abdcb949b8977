import type { RecommenderArticle } from './types.ts';

/** What is kept of an article besides its words. */
export interface Entry {
  readonly title: string;
  readonly language: string;
  readonly createTime: number;
}

/** The articles that can be recommended, by number, and in order of their time. */
export class Catalogue {
  private readonly entries = new Map<number, Entry>();
  private readonly byTime: number[] = [];

  /** Number of articles. */
  get size(): number {
    return this.entries.size;
  }

  /** Adds an article or replaces it. */
  set(number: number, { title, language, createTime }: RecommenderArticle): void {
    this.delete(number);
    this.entries.set(number, { title, language: primary(language), createTime });
    this.byTime.splice(this.position(createTime, number), 0, number);
  }

  /** Takes an article out. */
  delete(number: number): void {
    const entry = this.entries.get(number);
    if (!entry) return;
    this.byTime.splice(this.position(entry.createTime, number), 1);
    this.entries.delete(number);
  }

  /** What is known of an article; undefined when it was never published or was deleted. */
  get(number: number): Entry | undefined {
    return this.entries.get(number);
  }

  /** True when the article can be read at a time. */
  available(number: number, now: number): boolean {
    return (this.entries.get(number)?.createTime ?? Infinity) <= now;
  }

  /** How many newer articles are available at a time. */
  newer(number: number, now: number): number {
    const { createTime } = this.entries.get(number) ?? { createTime: now };
    return Math.max(0, this.position(now, Infinity) - 1 - this.position(createTime, number));
  }

  /** The articles that are available at a time, newest first. */
  *newest(now: number): Generator<number> {
    for (let at = this.position(now, Infinity) - 1; at >= 0; at--) yield this.byTime[at] as number;
  }

  // First place in byTime that is not before (time, number).
  private position(time: number, number: number): number {
    let low = 0;
    let high = this.byTime.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.byTime[middle] as number;
      const other = (this.entries.get(at) as Entry).createTime;
      if (other < time || (other === time && at < number)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The primary subtag of a language tag in lower case. */
export function primary(language: string): string {
  return (language.split('-', 1)[0] ?? '').toLowerCase();
}
