import type { InteractionRow, InteractionType } from '../rows.ts';
import { derivedId } from '../uuid-v5.ts';
import type { SeedArticle } from './articles.ts';
import { Random } from './random.ts';

const HOUR_MS = 3_600_000;
/** How often a reader who viewed an article also does something else with it. */
const AFTER_VIEW: readonly (readonly [InteractionType, number])[] = [
  ['LIKE', 0.18],
  ['BOOKMARK', 0.1],
  ['SHARE', 0.04],
  ['COMMENT', 0.05],
  ['FOLLOW', 0.02],
];

export interface SimulationOptions {
  /** Default 200. */
  readonly readers?: number;
  /** The newest interaction is a little older than this, milliseconds since 1970. */
  readonly now: number;
}

/**
 * What simulated readers did in the last 30 days, oldest first. They are called `sim-0001`, `sim-0002`, ... wherever
 * they show. Everything but the times is the same in every run; the ids do not depend on the times, so that seeding
 * again later changes nothing.
 */
export function simulateReaders(articles: readonly SeedArticle[], { readers = 200, now }: SimulationOptions) {
  const random = new Random(20_260_101);
  const byGroup = Map.groupBy(
    articles.flatMap((article) => article.groups.map((group) => ({ group, article }))),
    ({ group }) => group,
  );
  const groups = [...byGroup.entries()].map(([group, rows]) => ({
    group,
    articles: rows.map(({ article }) => article),
  }));
  const popularity = new Map(articles.map((article) => [article.articleId, 1 / random.between(1, 40)]));
  const hot = Array.from({ length: 12 }, () => random.pick(articles));
  const rows: InteractionRow[] = [];
  for (let index = 1; index <= readers; index++) {
    const user = `sim-${String(index).padStart(4, '0')}`;
    const interests = Array.from({ length: random.between(1, 3) }, () =>
      random.weighted(groups, (each) => Math.sqrt(each.articles.length)),
    );
    const seen = new Set<string>();
    const reads = Math.min(80, 5 + Math.round(random.exponential(20)));
    for (let read = 0; read < reads; read++) {
      // What is hot was read in the last half day; the rest thins out over a month.
      const isHot = random.next() < 0.12;
      const pool = isHot ? hot : random.next() < 0.85 ? random.pick(interests).articles : articles;
      const { articleId } = random.weighted(pool, (article) => popularity.get(article.articleId)!);
      const ageMs = Math.min(720, 0.05 + random.exponential(isHot ? 6 : 96)) * HOUR_MS;
      if (seen.has(articleId)) continue;
      seen.add(articleId);
      rows.push(row(user, articleId, 'VIEW', now - ageMs));
      for (const [type, share] of AFTER_VIEW) {
        if (random.next() < share) rows.push(row(user, articleId, type, now - ageMs + random.next() * 0.04 * HOUR_MS));
      }
    }
  }
  return rows.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

function row(user: string, articleId: string, type: InteractionType, time: number): InteractionRow {
  return {
    interactionId: derivedId('seed', user, articleId, type),
    user: `users/${user}`,
    article: `articles/${articleId}`,
    type,
    time: new Date(time).toISOString(),
  };
}
