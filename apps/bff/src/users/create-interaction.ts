import type { CreateInteractionRequest } from '@kiban/contracts/kiban/bff/v1';
import type { Interaction } from '@kiban/contracts/kiban/recommendation/v1';
import { ServiceError } from '@kiban/grpc';
import type { Bff } from '../bff.ts';
import { isOutage } from '../support/is-outage.ts';

/** Records what the reader did; NOT_FOUND when the article does not exist or was deleted. */
export async function createInteraction(bff: Bff, request: CreateInteractionRequest): Promise<Interaction> {
  const { parent } = request;
  const { article, type } = request.interaction!;
  await checkExists(bff, article);
  const interaction = await bff.clients.recommendation.createInteraction({ parent, article, type });
  bff.lastGood.dropArticle(parent, article);
  return interaction;
}

async function checkExists(bff: Bff, name: string): Promise<void> {
  try {
    const found = await bff.shelf.read([name]);
    if (!found.has(name)) throw ServiceError.notFound(name);
  } catch (error) {
    // While the content service is away it is better to keep what the reader did than to lose it.
    if (!isOutage(error)) throw error;
  }
}
