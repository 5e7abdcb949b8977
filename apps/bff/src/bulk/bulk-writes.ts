import type { BatchCreateArticlesRequest, BatchCreateInteractionsRequest } from '@kiban/contracts/kiban/bff/v1';
import type { Status } from '@kiban/contracts/google/rpc';
import type { Bff } from '../bff.ts';

// Rows go on unchecked: the service that owns them checks each alone and names the fields as `requests[3].article.title`,
// which is what they are called here too.

/** Creates articles; each row succeeds or fails alone. */
export async function batchCreateArticles(bff: Bff, { requests }: BatchCreateArticlesRequest) {
  const rows = requests.map(({ articleId, article }) => ({ articleId, ...(article && { article }) }));
  const { results } = await bff.clients.content.batchCreateArticles(
    { requests: rows },
    { timeoutMs: bff.config.BULK_TIMEOUT_MS },
  );
  return { results: results.map(rowResult) };
}

/** Records interactions; each row succeeds or fails alone. */
export async function batchCreateInteractions(bff: Bff, { requests }: BatchCreateInteractionsRequest) {
  const rows = requests.map(({ interactionId, user, article, type, time }) => ({
    interactionId,
    user,
    article,
    type,
    ...(time && { time }),
  }));
  const { results } = await bff.clients.recommendation.batchCreateInteractions(
    { requests: rows },
    { timeoutMs: bff.config.BULK_TIMEOUT_MS },
  );
  return { results: results.map(rowResult) };
}

function rowResult({ index, status }: { index: number; status?: Status | undefined }) {
  return { index, ...(status && { status }) };
}
