import type { RankedArticle } from '@kiban/contracts/kiban/bff/v1';
import { RankedArticleSchema } from '@kiban/contracts/kiban/bff/v1';
import { create } from '@bufbuild/protobuf';
import type { Article } from '@kiban/contracts/kiban/content/v1';
import type { CallOptions } from '@kiban/grpc';
import type { Clients } from '../clients.ts';
import { isOutage } from '../support/is-outage.ts';
import { Lru } from '../support/lru.ts';

/** A place in a ranking, as similarity and recommendation answer it. */
export interface Ranked {
  /** `articles/{id}` */
  name: string;
  score: number;
  reason: string;
}

/** The articles of a ranking. */
export interface Hydrated {
  articles: RankedArticle[];
  /** The content service is away: these are the articles as they were seen last. */
  stale: boolean;
}

/** Articles to remember, in characters of their texts: about 30 MB. */
const CAPACITY = 16_000_000;

/** Turns names into articles, and remembers them for the time when the content service is away. */
export class ArticleShelf {
  readonly #clients: Clients;
  readonly #seen = new Lru<Article>(CAPACITY, (article) => 1_000 + article.body.length + article.title.length);

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  /** Reads articles by name. Those that were deleted, or never existed, are left out. */
  async read(names: string[], options?: CallOptions): Promise<Map<string, Article>> {
    if (names.length === 0) return new Map();
    const { articles } = await this.#clients.content.batchGetArticles({ names }, options);
    const found = new Map(articles.map((article) => [article.name, article]));
    for (const name of names) {
      const article = found.get(name);
      if (article) this.#seen.set(name, article);
      else this.#seen.delete(name);
    }
    return found;
  }

  /** Fills in a ranking; with what was seen before when the content service is away. Throws when that is nothing. */
  async hydrate(ranking: Ranked[], options?: CallOptions): Promise<Hydrated> {
    try {
      return { articles: fill(ranking, await this.read(namesOf(ranking), options)), stale: false };
    } catch (error) {
      const articles = isOutage(error) ? this.remembered(ranking) : [];
      if (articles.length === 0) throw error;
      return { articles, stale: true };
    }
  }

  /** Fills in a ranking with what was seen before, without asking anybody. */
  remembered(ranking: Ranked[]): RankedArticle[] {
    const seen = new Map<string, Article>();
    for (const { name } of ranking) {
      const article = this.#seen.get(name);
      if (article) seen.set(name, article);
    }
    return fill(ranking, seen);
  }
}

function fill(ranking: Ranked[], articles: Map<string, Article>): RankedArticle[] {
  return ranking.flatMap(({ name, score, reason }) => {
    const article = articles.get(name);
    return article ? create(RankedArticleSchema, { article, score, reason }) : [];
  });
}

function namesOf(ranking: Ranked[]): string[] {
  return ranking.map((ranked) => ranked.name);
}
