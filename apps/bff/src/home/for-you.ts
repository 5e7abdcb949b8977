import type { Clients } from '../clients.ts';
import type { Ranking, SectionSpec } from './section.ts';

/** Id of the section, and the key under which ListRecommendations finds the last good answer. */
export const FOR_YOU = 'for-you';
const TITLE = 'For you';
const MOST = 100;

/** Personal recommendations. */
export function forYou(clients: Clients, user: string): SectionSpec {
  return {
    id: FOR_YOU,
    title: TITLE,
    async load(signal): Promise<Ranking> {
      const at = Date.now();
      const { articles } = await clients.recommendation.listRecommendations(
        { parent: user, pageSize: MOST },
        { signal },
      );
      return { title: TITLE, ranking: articles.map(({ name, score, reason }) => ({ name, score, reason })), at };
    },
  };
}
