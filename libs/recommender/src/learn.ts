import { candidatesOf } from './candidates.ts';
import { profileOf } from './profile.ts';
import { random } from './random.ts';
import type { Ranker } from './ranker.ts';
import { rowsOf, WIDTH } from './rows.ts';
import type { State } from './state.ts';
import type { ReaderEvent } from './types.ts';

/** Articles drawn for each event, and how many of them, the best ranked, are learned from. */
const DRAWN = 16;
const COMPARED = 4;

/**
 * Lets the ranker learn from an event that the state does not count yet: the article that the reader took should have
 * ranked above what the reader could have taken. `seed` makes the draw reproducible. An article that is read again
 * teaches nothing, as it is never recommended again.
 */
export function learn(state: State, ranker: Ranker, event: ReaderEvent, seed: number): void {
  const taken = state.articles.of(event.article);
  const user = state.users.find(event.user);
  const again = user !== undefined && state.graph.history(user)?.has(taken) === true;
  if (again || !state.catalogue.available(taken, event.time)) return;
  const profile = profileOf(state, user);
  const others = candidatesOf(state, profile, event.time).filter((article) => article !== taken);
  if (others.length === 0) return;
  const next = random(seed);
  const drawn = Array.from({ length: DRAWN }, () => others[Math.floor(next() * others.length)] as number);
  const rows = rowsOf(state, [taken, ...new Set(drawn)], profile, event.time);
  const row = (at: number): Float64Array => rows.subarray(at * WIDTH, (at + 1) * WIDTH);
  const passed = Array.from({ length: rows.length / WIDTH - 1 }, (_, at) => row(at + 1));
  passed.sort((a, b) => ranker.score(b) - ranker.score(a));
  for (const other of passed.slice(0, COMPARED)) ranker.learn(row(0), other);
}
