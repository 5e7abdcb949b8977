import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type HomeSection, HomeSection_State, HomeSectionSchema } from '@kiban/contracts/kiban/bff/v1';
import type { ArticleShelf, Ranked } from '../articles/article-shelf.ts';
import { within } from '../support/within.ts';
import type { Good, LastGood } from './last-good.ts';

/** A ranking for a section, made now or, `stale`, before. */
export interface Ranking {
  title: string;
  ranking: Ranked[];
  /** Date.now() when it was made. */
  at: number;
  stale?: boolean;
}

/** One section of a home screen. */
export interface SectionSpec {
  id: string;
  /** Heading while nothing better is known. */
  title: string;
  /** Makes the ranking; `signal` aborts when the section has no time left. */
  load(signal: AbortSignal): Promise<Ranking>;
}

/** What every section needs. */
export interface SectionContext {
  user: string;
  pageSize: number;
  /** Milliseconds that a section may take. */
  timeoutMs: number;
  /** Aborts when the caller leaves. */
  signal: AbortSignal;
  shelf: ArticleShelf;
  lastGood: LastGood;
  /** Told why a section is not fresh. */
  degraded: (section: string, error: unknown) => void;
}

/** Makes a section in time: fresh, else the last good one, else marked unavailable. Never throws. */
export async function makeSection(spec: SectionSpec, context: SectionContext): Promise<HomeSection> {
  const { user, pageSize, shelf, lastGood } = context;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(context.timeoutMs)]);
  let made: Ranking | undefined;
  try {
    made = await within(signal, spec.load(signal));
    lastGood.set(user, spec.id, made);
    const hydrated = await within(signal, shelf.hydrate(made.ranking.slice(0, pageSize), { signal }));
    return section(spec.id, made, hydrated.articles, made.stale || hydrated.stale);
  } catch (error) {
    context.degraded(spec.id, error);
    const good: Good | undefined = made ?? lastGood.get(user, spec.id);
    const articles = good ? shelf.remembered(good.ranking).slice(0, pageSize) : [];
    if (good && articles.length > 0) return section(spec.id, good, articles, true);
    return create(HomeSectionSchema, { id: spec.id, title: spec.title, state: HomeSection_State.UNAVAILABLE });
  }
}

function section(id: string, { title, at }: Good, articles: HomeSection['articles'], stale: boolean): HomeSection {
  const state = stale ? HomeSection_State.STALE : HomeSection_State.FRESH;
  return create(HomeSectionSchema, { id, title, state, articles, asOf: timestampFromMs(at) });
}
