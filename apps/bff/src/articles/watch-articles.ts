import type { WatchArticlesRequest } from '@kiban/contracts/kiban/bff/v1';
import type { ArticleChange } from '@kiban/contracts/kiban/content/v1';
import type { CallContext } from '@kiban/grpc';
import type { Bff } from '../bff.ts';

/** Passes on the changes of articles until the caller leaves or this service stops; a resumeToken goes on elsewhere. */
export async function* watchArticles(
  bff: Bff,
  { resumeToken }: WatchArticlesRequest,
  call: CallContext,
): AsyncGenerator<ArticleChange> {
  const signal = AbortSignal.any([call.signal, bff.stopping]);
  try {
    yield* bff.clients.content.watchArticles({ resumeToken }, { signal });
  } catch (error) {
    if (!bff.stopping.aborted) throw error;
  }
}
