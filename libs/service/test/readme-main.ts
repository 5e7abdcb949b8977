import { Module } from '@nestjs/common';
import { type ListSimilarRequest, SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { type CallContext, type GrpcImpl, GrpcService, ServiceError } from '@kiban/grpc';
import { Allow, bootstrapService } from '@kiban/service';
import * as z from 'zod';

const known = new Map([['articles/1', ['articles/2', 'articles/3']]]);

@GrpcService(SimilarityService) // a method that is missing or misspelt does not compile, and does not start
class SimilarityController implements GrpcImpl<typeof SimilarityService> {
  @Allow('public') // or 'authenticated', 'service', { role: ['editor'] }, { self: 'parent' }; needed on every rpc
  async listSimilar({ name }: ListSimilarRequest, { signal }: CallContext) {
    signal.throwIfAborted(); // the caller left, or its deadline passed
    const similar = known.get(name);
    if (!similar) throw ServiceError.notFound(name);
    return { articles: similar.map((each) => ({ name: each, score: 1 })), asOfSeq: 1n };
  }
  @Allow('authenticated')
  async searchArticles() {
    return { results: [] };
  }
  @Allow('service')
  async listSimilarToMany() {
    return { articles: [] };
  }
}

@Module({ controllers: [SimilarityController] })
class SimilarityModule {}

await bootstrapService({
  name: 'similarity',
  services: [SimilarityService],
  config: { GREETING: z.string().default('hello') }, // the environment: all problems are printed together, exit 2
  module: ({ GREETING }, runtime) => {
    runtime.onReady('the index', () => runtime.logger.info(GREETING)); // retried until it succeeds; the log says what is waited for
    return SimilarityModule;
  },
});
