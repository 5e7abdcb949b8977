import type { ArticleChange, WatchArticlesRequest } from '@kiban/contracts/kiban/content/v1';
import type { ContentStore } from '../content-store.ts';
import { checkHorizon, currentCursor, readChanges } from './read-changes.ts';
import { decodeResumeToken } from './resume-token.ts';

/** How long a watcher waits for a wake-up before it looks by itself. */
const POLL_MS = 1_000;
/** How soon it looks again when it was woken too early: the change waits for an older transaction to end. */
const AGAIN_MS = 20;

/** Streams committed changes from now on, or behind the resume token, until the caller leaves or the service stops. */
export async function* watchArticles(
  store: ContentStore,
  request: WatchArticlesRequest,
  left: AbortSignal,
): AsyncGenerator<ArticleChange> {
  const signal = AbortSignal.any([left, store.stopping]);
  const resumed = decodeResumeToken(await store.tokenKey(), request.resumeToken);
  if (resumed) await checkHorizon(store, resumed);
  let cursor = resumed ?? (await currentCursor(store));
  let wait = POLL_MS;
  while (!signal.aborted) {
    // Waiting starts before reading, so that a change committed in between still wakes this watcher.
    const stop = new AbortController();
    const changed = store.feed.changed(wait, AbortSignal.any([signal, stop.signal]));
    const { changes, next } = await readChanges(store, cursor);
    if (changes.length === 0) {
      wait = (await changed) ? AGAIN_MS : Math.min(wait * 2, POLL_MS);
      continue;
    }
    stop.abort();
    wait = POLL_MS;
    yield* changes;
    cursor = next;
  }
}
