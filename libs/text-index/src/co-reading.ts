/** Readers of one article that are remembered at the most; the newest stay. */
const READERS = 200;
/** Articles of one reader that are remembered at the most; the newest stay. */
const HISTORY = 50;
/** Keeps two articles with one common reader each from counting as read by the same people. */
const SHRINKAGE = 3;

/**
 * Who read what, as much of it as is needed to say which articles the same people read. Recording the same pair twice
 * changes nothing.
 */
export class CoReading {
  private readonly byArticle = new Map<string, Set<string>>();
  private readonly byReader = new Map<string, Set<string>>();

  /** Notes that a reader read an article. */
  record(reader: string, article: string): void {
    link(this.byReader, this.byArticle, reader, article, HISTORY);
    link(this.byArticle, this.byReader, article, reader, READERS);
  }

  /** Forgets a reader. */
  erase(reader: string): void {
    for (const article of this.byReader.get(reader) ?? []) this.byArticle.get(article)?.delete(reader);
    this.byReader.delete(reader);
  }

  /** Articles that readers of this one read too, each with the shrunken cosine of their readers, 0 to 1. */
  neighbours(article: string): Map<string, number> {
    const readers = this.byArticle.get(article);
    const common = new Map<string, number>();
    for (const reader of readers ?? []) {
      for (const other of this.byReader.get(reader) ?? []) {
        if (other !== article) common.set(other, (common.get(other) ?? 0) + 1);
      }
    }
    for (const [other, count] of common) {
      const others = this.byArticle.get(other)?.size ?? count;
      common.set(other, count / (Math.sqrt((readers?.size ?? 0) * others) + SHRINKAGE));
    }
    return common;
  }
}

function link(
  lists: Map<string, Set<string>>,
  opposite: Map<string, Set<string>>,
  key: string,
  value: string,
  most: number,
): void {
  const list = lists.get(key) ?? new Set();
  lists.set(key, list);
  list.delete(value);
  list.add(value);
  if (list.size <= most) return;
  const [oldest] = list;
  list.delete(oldest as string);
  opposite.get(oldest as string)?.delete(key);
}
