/** Readers of one article that the walk passes through at the most; the newest stay. */
const READERS = 200;
/** Articles of one reader that the walk starts from or ends at, the newest. */
const HISTORY = 50;

/** What a reader did with one article, all events added up. */
export interface Reading {
  readonly weight: number;
  /** The single events, so that they can be taken out of the counters again. */
  readonly events: readonly { readonly time: number; readonly weight: number }[];
}

/** Who read what: adjacency lists both ways, by number. */
export class ReadingGraph {
  private readonly histories = new Map<number, Map<number, Reading>>();
  private readonly readers: number[][] = [];
  private readonly counts: number[] = [];

  /** Adds an event; true when the reader had not read the article before. */
  add(user: number, article: number, weight: number, time: number): boolean {
    let history = this.histories.get(user);
    if (!history) this.histories.set(user, (history = new Map()));
    const known = history.get(article);
    // A map keeps the order of insertion: deleting first makes the newest the last.
    history.delete(article);
    history.set(article, {
      weight: (known?.weight ?? 0) + weight,
      events: [...(known?.events ?? []), { time, weight }],
    });
    if (known) return false;
    const readers = (this.readers[article] ??= []);
    readers.push(user);
    if (readers.length > READERS) readers.shift();
    this.counts[article] = (this.counts[article] ?? 0) + 1;
    return true;
  }

  /** Forgets a reader. */
  remove(user: number): void {
    for (const article of this.histories.get(user)?.keys() ?? []) {
      const readers = this.readers[article] ?? [];
      const at = readers.indexOf(user);
      if (at >= 0) readers.splice(at, 1);
      this.counts[article] = Math.max(0, (this.counts[article] ?? 0) - 1);
    }
    this.histories.delete(user);
  }

  /** Everything a reader read. */
  history(user: number): ReadonlyMap<number, Reading> | undefined {
    return this.histories.get(user);
  }

  /** The newest articles of a reader, the newest last. */
  recent(user: number, most = HISTORY): [number, Reading][] {
    const history = this.histories.get(user);
    return history ? [...history].slice(-most) : [];
  }

  /** The newest readers of an article. */
  readersOf(article: number): readonly number[] {
    return this.readers[article] ?? [];
  }

  /** How many different people read an article. */
  popularity(article: number): number {
    return this.counts[article] ?? 0;
  }

  /** How many different articles a reader read. */
  degree(user: number): number {
    return this.histories.get(user)?.size ?? 0;
  }
}
