import { create } from '@bufbuild/protobuf';
import { type Status, StatusSchema } from '@kiban/contracts/google/rpc';
import { Code, ServiceError, toStatus, validateMessage } from '@kiban/grpc';
import {
  type BatchCreateArticlesEntry,
  BatchCreateArticlesEntrySchema,
  type BatchCreateArticlesRequest,
} from '@kiban/contracts/kiban/content/v1';
import { newArticleProblems } from './articles/article-fields.ts';
import { insertArticles, type NewArticle } from './articles/insert-articles.ts';
import { recordCreated } from './articles/record-change.ts';
import type { ContentStore } from './content-store.ts';

/**
 * Rows in one transaction: few enough that its locks and events stay small and that other calls get their turn between
 * two chunks, enough that commits cost little.
 */
const CHUNK = 250;

/**
 * Creates the good rows and says of each bad one which field is wrong. A row whose id exists is OK and publishes
 * nothing, so a repeated call changes nothing.
 */
export async function batchCreateArticles(
  store: ContentStore,
  { requests }: BatchCreateArticlesRequest,
): Promise<{ results: RowResult[] }> {
  const results: RowResult[] = [];
  for (let start = 0; start < requests.length; start += CHUNK) {
    results.push(...(await createChunk(store, requests.slice(start, start + CHUNK), start)));
  }
  return { results };
}

/** What became of one row. */
export interface RowResult {
  index: number;
  status: Status;
}

async function createChunk(store: ContentStore, rows: BatchCreateArticlesEntry[], start: number): Promise<RowResult[]> {
  const good = new Map<string, NewArticle>();
  const results = rows.map((row, i) => {
    const index = start + i;
    const problems = rowProblems(row, index);
    if (problems.length > 0) return { index, status: toStatus(ServiceError.invalidArgument(problems)) };
    // The first row of an id wins; a second one exists already.
    if (!good.has(row.articleId)) good.set(row.articleId, { id: row.articleId, article: row.article! });
    return { index, status: create(StatusSchema, { code: Code.OK }) };
  });
  if (good.size > 0) {
    await store.db.tx(async (tx) => {
      await recordCreated(store, tx, await insertArticles(tx, [...good.values()]));
    });
  }
  return results;
}

function rowProblems(row: BatchCreateArticlesEntry, index: number) {
  const problems = validateMessage(BatchCreateArticlesEntrySchema, row);
  if (row.article) problems.push(...newArticleProblems(row.article));
  return problems.map(({ field, description }) => ({ field: `requests[${index}].${field}`, description }));
}
