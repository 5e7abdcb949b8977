import type { Profile } from './profile.ts';
import type { State } from './state.ts';

/** Newest articles that are always looked at. */
const NEWEST = 500;
/** Recently read articles that are always looked at. */
const ACTIVE = 1000;
/** Articles that the walk reached that are looked at, the most likely first. */
const WALKED = 500;

/** Articles in the order of their last event, the newest last. */
export class Active {
  private readonly order = new Set<number>();

  /** Notes an event of an article. */
  touch(article: number): void {
    this.order.delete(article);
    this.order.add(article);
    if (this.order.size <= ACTIVE) return;
    const [oldest] = this.order;
    this.order.delete(oldest as number);
  }

  /** The articles. */
  [Symbol.iterator](): Iterator<number> {
    return this.order[Symbol.iterator]();
  }
}

/** The articles worth ranking for a reader: available, not read yet; new, recently read, or near the reader. */
export function candidatesOf({ catalogue, active }: State, profile: Profile, now: number): number[] {
  const found = new Set<number>();
  const add = (article: number): void => {
    if (catalogue.available(article, now) && !profile.seen(article)) found.add(article);
  };
  let looked = 0;
  for (const article of catalogue.newest(now)) {
    if (looked++ >= NEWEST) break;
    add(article);
  }
  for (const article of active) add(article);
  for (const article of profile.content.keys()) add(article);
  for (const article of likeliest(profile)) add(article);
  return [...found].sort((a, b) => a - b);
}

function likeliest({ walk: { reached, score } }: Profile): readonly number[] {
  if (reached.length <= WALKED) return reached;
  return reached.toSorted((a, b) => score(b) - score(a) || a - b).slice(0, WALKED);
}
