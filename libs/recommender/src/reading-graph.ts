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
  private readonly histories: (Map<number, Reading> | undefined)[] = [];
  // The newest of each history as a plain array: the walk reads thousands of them.
  private readonly newest: number[][] = [];
  private readonly readers: number[][] = [];
  private readonly counts: number[] = [];

  /** Adds an event; true when the reader had not read the article before. */
  add(user: number, article: number, weight: number, time: number): boolean {
    const history = (this.histories[user] ??= new Map<number, Reading>());
    const known = history.get(article);
    history.set(article, {
      weight: (known?.weight ?? 0) + weight,
      events: [...(known?.events ?? []), { time, weight }],
    });
    pushNewest((this.newest[user] ??= []), article, HISTORY);
    if (known) return false;
    pushNewest((this.readers[article] ??= []), user, READERS);
    this.counts[article] = (this.counts[article] ?? 0) + 1;
    return true;
  }

  /** Forgets a reader. */
  remove(user: number): void {
    for (const article of this.histories[user]?.keys() ?? []) {
      const readers = this.readers[article] ?? [];
      const at = readers.indexOf(user);
      if (at >= 0) readers.splice(at, 1);
      this.counts[article] = Math.max(0, (this.counts[article] ?? 0) - 1);
    }
    this.histories[user] = undefined;
    this.newest[user] = [];
  }

  /** Everything a reader read. */
  history(user: number): ReadonlyMap<number, Reading> | undefined {
    return this.histories[user];
  }

  /** The newest 50 articles of a reader, the newest last. */
  recent(user: number): readonly number[] {
    return this.newest[user] ?? [];
  }

  /** The newest 200 readers of an article. */
  readersOf(article: number): readonly number[] {
    return this.readers[article] ?? [];
  }

  /** How many different people read an article. */
  popularity(article: number): number {
    return this.counts[article] ?? 0;
  }

  /** How many different articles a reader read. */
  degree(user: number): number {
    return this.histories[user]?.size ?? 0;
  }
}

function pushNewest(list: number[], value: number, most: number): void {
  const at = list.indexOf(value);
  if (at >= 0) list.splice(at, 1);
  list.push(value);
  if (list.length > most) list.shift();
}
