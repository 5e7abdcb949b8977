import { create } from '@bufbuild/protobuf';
import { Code, ServiceError, toStatus, validateMessage } from '@kiban/grpc';
import {
  type BatchCreateArticlesEntry,
  BatchCreateArticlesEntrySchema,
  type BatchCreateArticlesRequest,
  type BatchCreateArticlesResponse,
  BatchCreateArticlesResponseSchema,
} from '@kiban/contracts/kiban/content/v1';
import { newArticleProblems } from './articles/article-fields.ts';
import { insertArticles, type NewArticle } from './articles/insert-articles.ts';
import { recordCreated } from './articles/record-change.ts';
import type { ContentStore } from './content-store.ts';

/** Rows in one transaction: few enough that its locks and its events stay small, enough that commits cost little. */
const CHUNK = 250;

/**
 * Creates the good rows and says of each bad one which field is wrong. A row whose id exists is OK and publishes
 * nothing, so a repeated call changes nothing.
 */
export async function batchCreateArticles(
  store: ContentStore,
  request: BatchCreateArticlesRequest,
): Promise<BatchCreateArticlesResponse> {
  const good = new Map<string, NewArticle>();
  const results = request.requests.map((row, index) => {
    const problems = rowProblems(row, index);
    if (problems.length > 0) return { index, status: toStatus(ServiceError.invalidArgument(problems)) };
    // The first row of an id wins; a second one exists already.
    if (!good.has(row.articleId)) good.set(row.articleId, { id: row.articleId, article: row.article! });
    return { index, status: { code: Code.OK } };
  });
  const articles = [...good.values()];
  for (let start = 0; start < articles.length; start += CHUNK) {
    await store.db.tx(async (tx) => {
      const created = await insertArticles(tx, articles.slice(start, start + CHUNK));
      await recordCreated(store, tx, created);
    });
  }
  return create(BatchCreateArticlesResponseSchema, { results });
}

function rowProblems(row: BatchCreateArticlesEntry, index: number) {
  const problems = validateMessage(BatchCreateArticlesEntrySchema, row);
  if (row.article) problems.push(...newArticleProblems(row.article));
  return problems.map(({ field, description }) => ({ field: `requests[${index}].${field}`, description }));
}
