import { randomUUID } from 'node:crypto';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { CreateInteractionRequest } from '@kiban/contracts/kiban/recommendation/v1';
import type { RecommendationStore } from '../recommendation-store.ts';
import { articleId, interactionName, userId } from './names.ts';
import { recordInteractions } from './record-interactions.ts';

/** Records what a reader did just now. */
export async function createInteraction(
  store: RecommendationStore,
  { parent, article, type }: CreateInteractionRequest,
) {
  const id = randomUUID();
  const time = new Date();
  const user = userId(parent);
  await recordInteractions(store, [{ id, user, article: articleId(article), type, time }]);
  return { name: interactionName(user, id), article, type, time: timestampFromDate(time) };
}
