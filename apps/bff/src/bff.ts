import type { ArticleShelf } from './articles/article-shelf.ts';
import type { Trending } from './articles/trending.ts';
import type { Clients } from './clients.ts';
import type { BffConfig } from './config.ts';
import type { LastGood } from './home/last-good.ts';

/** What every use case of the BFF works with. */
export interface Bff {
  config: BffConfig;
  clients: Clients;
  shelf: ArticleShelf;
  trending: Trending;
  lastGood: LastGood;
  /** Aborts when this service goes away. */
  stopping: AbortSignal;
  /** Counts and logs that an answer, or a part of one, is not fresh, and why. */
  degraded: (part: string, error: unknown) => void;
}
