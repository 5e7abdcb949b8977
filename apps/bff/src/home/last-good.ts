import type { Ranked } from '../articles/article-shelf.ts';
import { Lru } from '../support/lru.ts';

/** The last good ranking of one section for one reader. */
export interface Good {
  title: string;
  ranking: Ranked[];
  /** Date.now() when it was made. */
  at: number;
}

const READERS = 5_000;
/** Older answers are not shown: an erased reader's are gone from every replica by then. */
const KEEP_MS = 3_600_000;

/** Remembers the last good rankings of the readers that were here last, in memory. */
export class LastGood {
  readonly #readers = new Lru<Map<string, Good>>(READERS);

  get(user: string, section: string): Good | undefined {
    const good = this.#readers.get(user)?.get(section);
    return good && Date.now() - good.at < KEEP_MS ? good : undefined;
  }

  set(user: string, section: string, good: Good): void {
    const sections = this.#readers.get(user) ?? new Map<string, Good>();
    sections.set(section, good);
    this.#readers.set(user, sections);
  }

  /** Takes an article out of a reader's rankings: it was read, so it is no longer to be recommended. */
  dropArticle(user: string, name: string): void {
    for (const good of this.#readers.get(user)?.values() ?? []) {
      good.ranking = good.ranking.filter((ranked) => ranked.name !== name);
    }
  }

  /** Forgets a reader. */
  forget(user: string): void {
    this.#readers.delete(user);
  }
}
