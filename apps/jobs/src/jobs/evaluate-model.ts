import { InteractionType } from '@kiban/contracts/kiban/events/v1';
import type { Database } from '@kiban/database';
import { interactionWeight, type ReaderEvent, Recommender } from '@kiban/recommender';
import type { Job } from '../job.ts';

/** How many of the latest first reads are predicted, and how many of the latest interactions are replayed at the most. */
const PREDICT = 500;
const REPLAY = 200_000;
/** An answer counts as a hit when the article is among this many. */
const TOP = 10;
/** Fewer predictions say nothing. */
const ENOUGH = 100;
/** What the model may at the most fall behind plain trending, as a share of it. */
const TOLERANCE = 0.02;

/**
 * Replays the log of interactions through the recommender that serves, and before each of the latest first reads asks it
 * for ten articles: how often is the one that was read next among them? Fails when plain trending does better, so that
 * somebody looks. Changes nothing.
 */
export const evaluateModel: Job = async (context) => {
  const db = context.database('recommendation');
  const recommender = new Recommender();
  for (const article of await readArticles(db)) recommender.upsertArticle(article, 0n);
  const events = await readEvents(db);
  const firstReads = findFirstReads(events);
  const asked = new Set(firstReads.slice(-PREDICT));

  let hits = 0;
  let trendingHits = 0;
  let askMs = 0;
  for (const [at, event] of events.entries()) {
    if (asked.has(at)) {
      const begun = performance.now();
      const { items } = recommender.recommend(event.user, TOP, { now: event.time });
      askMs += performance.now() - begun;
      if (items.some(({ article }) => article === event.article)) hits += 1;
      const trending = recommender.trending(TOP, { now: event.time });
      if (trending.items.some(({ article }) => article === event.article)) trendingHits += 1;
    }
    recommender.record(event, BigInt(at + 1));
  }

  const share = (n: number) => (asked.size === 0 ? 0 : Math.round((n / asked.size) * 1000) / 1000);
  const report = {
    replayed: events.length,
    predicted: asked.size,
    hitRate: share(hits),
    trendingHitRate: share(trendingHits),
    msPerAnswer: asked.size === 0 ? 0 : Math.round((askMs / asked.size) * 100) / 100,
    modelVersion: recommender.modelVersion,
  };
  if (asked.size >= ENOUGH && hits < trendingHits * (1 - TOLERANCE)) {
    throw new Error(
      `the model predicts worse than plain trending: hit rate ${report.hitRate} against ${report.trendingHitRate} over ` +
        `${report.predicted} first reads. Look at its weights before trusting its answers`,
    );
  }
  return report;
};

/** Positions of the interactions that are a reader's first with an article: only these can be recommended. */
function findFirstReads(events: ReaderEvent[]): number[] {
  const seen = new Set<string>();
  const positions: number[] = [];
  for (const [at, { user, article }] of events.entries()) {
    const pair = `${user}\n${article}`;
    if (!seen.has(pair)) positions.push(at);
    seen.add(pair);
  }
  return positions;
}

async function readArticles(db: Database<unknown>) {
  const { rows } = await db.query<{
    id: string;
    title: string;
    body: string;
    tags: string[];
    language: string;
    time: Date;
  }>('select id, title, body, tags, language, create_time as time from article where not deleted');
  return rows.map(({ time, ...article }) => ({ ...article, createTime: time.getTime() }));
}

async function readEvents(db: Database<unknown>): Promise<ReaderEvent[]> {
  const { rows } = await db.query<{ user: string; article: string; type: number; time: Date }>(
    `select * from (
       select user_id as user, article_id as article, type, time, seq from interaction order by seq desc limit $1
     ) as latest order by seq`,
    [REPLAY],
  );
  return rows.map(({ user, article, type, time }) => {
    return { user, article, weight: interactionWeight(InteractionType[type]), time: time.getTime() };
  });
}
