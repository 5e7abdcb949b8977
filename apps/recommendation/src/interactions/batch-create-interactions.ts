import { timestampDate } from '@bufbuild/protobuf/wkt';
import {
  type BatchCreateInteractionsEntry,
  BatchCreateInteractionsEntrySchema,
  type BatchCreateInteractionsRequest,
} from '@kiban/contracts/kiban/recommendation/v1';
import { Code, ServiceError, toStatus, validateMessage } from '@kiban/grpc';
import type { RecommendationStore } from '../recommendation-store.ts';
import { articleId, userId } from './names.ts';
import { type NewInteraction, recordInteractions } from './record-interactions.ts';

/** Records many interactions: a row that is wrong is refused alone, one that is there already is fine. */
export async function batchCreateInteractions(
  store: RecommendationStore,
  { requests }: BatchCreateInteractionsRequest,
) {
  const now = new Date();
  const accepted: NewInteraction[] = [];
  const results = requests.map((request, index) => {
    const problems = problemsOf(request, index);
    if (problems.length > 0) return { index, status: toStatus(ServiceError.invalidArgument(problems)) };
    accepted.push({
      id: request.interactionId,
      user: userId(request.user),
      article: articleId(request.article),
      type: request.type,
      time: request.time ? timestampDate(request.time) : now,
    });
    return { index, status: { code: Code.OK } };
  });
  if (accepted.length > 0) await recordInteractions(store, accepted);
  return { results };
}

function problemsOf(request: BatchCreateInteractionsEntry, index: number) {
  const problems = validateMessage(BatchCreateInteractionsEntrySchema, request);
  if (request.user === 'users/me') {
    problems.push({ field: 'user', description: 'a batch has to name the reader: users/me stands for the caller' });
  }
  return problems.map(({ field, description }) => ({ field: `requests[${index}].${field}`, description }));
}
