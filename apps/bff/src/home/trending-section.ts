import type { Trending } from '../articles/trending.ts';
import type { SectionSpec } from './section.ts';

/** What is read most just now, the same for every reader. */
export function trendingSection(trending: Trending): SectionSpec {
  const title = 'Trending';
  return {
    id: 'trending',
    title,
    async load(signal) {
      return { title, ...(await trending.get('', signal)) };
    },
  };
}
