import { Code, ServiceError } from '@kiban/grpc';
import type { ArticleShelf } from '../articles/article-shelf.ts';
import type { Clients } from '../clients.ts';
import type { Ranking, SectionSpec } from './section.ts';

const TITLE = 'Because you read';
/** How far back what the reader knows is left out, and how many of the latest are tried as the beginning. */
const HISTORY = 100;
const TRIES = 3;

/** More like the article that the reader read last; empty for a reader without a history. */
export function becauseYouRead(clients: Clients, shelf: ArticleShelf, user: string): SectionSpec {
  return {
    id: 'because-you-read',
    title: TITLE,
    async load(signal): Promise<Ranking> {
      const at = Date.now();
      const { interactions } = await clients.recommendation.listInteractions(
        { parent: user, pageSize: HISTORY },
        { signal },
      );
      const known = new Set(interactions.map((interaction) => interaction.article));
      const latest = [...known].slice(0, TRIES);
      const articles = await shelf.read(latest, { signal });
      for (const name of latest) {
        const article = articles.get(name); // a deleted article is no beginning
        const similar = article && (await similarTo(clients, name, signal));
        const ranking = similar?.filter((ranked) => !known.has(ranked.name)) ?? [];
        if (article && ranking.length > 0) return { title: `${TITLE} “${article.title}”`, ranking, at };
      }
      return { title: TITLE, ranking: [], at };
    },
  };
}

async function similarTo(clients: Clients, name: string, signal: AbortSignal) {
  try {
    const { articles } = await clients.similarity.listSimilar({ name, pageSize: HISTORY }, { signal });
    return articles.map(({ score, reason, ...rest }) => ({ name: rest.name, score, reason }));
  } catch (error) {
    // The index may not know an article yet that was written a moment ago.
    if (ServiceError.from(error).code === Code.NOT_FOUND) return [];
    throw error;
  }
}
