import { setTimeout as sleep } from 'node:timers/promises';
import type { WatchArticlesRequest } from '@kiban/contracts/kiban/bff/v1';
import type { ArticleChange } from '@kiban/contracts/kiban/content/v1';
import type { CallContext } from '@kiban/grpc';
import type { Bff } from '../bff.ts';
import { isOutage } from '../support/is-outage.ts';

/** How long a refusal may take to come; then the caller hears that the watch has begun, though nothing has changed. */
const ACCEPTED_MS = 200;
const FIRST_PAUSE_MS = 100;
/** Tries without any change in between: about half a minute. */
const TRIES = 10;

/**
 * Passes on the changes of articles until the caller leaves or this service stops. When the content service ends the
 * stream, as each replica does when it is replaced, the next one goes on behind the last change; without a resume token
 * to go on from the caller is told, since changes in between would be lost.
 */
export async function* watchArticles(
  bff: Bff,
  request: WatchArticlesRequest,
  call: CallContext,
): AsyncGenerator<ArticleChange> {
  const signal = AbortSignal.any([call.signal, bff.stopping]);
  const accepted = setTimeout(() => call.flushHeader(), ACCEPTED_MS);
  try {
    yield* changes(bff, request, call, signal);
  } finally {
    clearTimeout(accepted);
  }
}

async function* changes(
  bff: Bff,
  request: WatchArticlesRequest,
  call: CallContext,
  signal: AbortSignal,
): AsyncGenerator<ArticleChange> {
  let { resumeToken } = request;
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      for await (const change of bff.clients.content.watchArticles({ resumeToken }, { signal })) {
        ({ resumeToken } = change);
        tries = 0;
        yield change;
      }
      if (resumeToken === '') return;
    } catch (error) {
      if (bff.stopping.aborted) return;
      if (call.signal.aborted || resumeToken === '' || !isOutage(error) || tries >= TRIES) throw error;
    }
    await sleep(FIRST_PAUSE_MS * 2 ** Math.min(tries, 5), undefined, { signal }).catch(() => undefined);
  }
}
