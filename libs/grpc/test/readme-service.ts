import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import type { ListSimilarRequest, SearchArticlesRequest } from '@kiban/contracts/kiban/similarity/v1';
import { type CallContext, type GrpcImpl, GrpcService, GrpcTransport, PassErrors, ServiceError } from '@kiban/grpc';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@GrpcService(SimilarityService) // a missing or mistyped method does not compile; a misspelt one does not start
class SimilarityController implements GrpcImpl<typeof SimilarityService> {
  async listSimilar({ name }: ListSimilarRequest) {
    if (name !== 'articles/1') throw ServiceError.notFound(name); // reaches the caller with code, reason and details
    return { articles: [{ name: 'articles/2', score: 0.5 }] };
  }

  async searchArticles({ query }: SearchArticlesRequest, { signal }: CallContext) {
    signal.throwIfAborted(); // the caller left, its deadline passed, or the server drains
    return { results: [{ name: `articles/${query}` }] };
  }

  async listSimilarToMany() {
    return {};
  }
}

@Module({ controllers: [SimilarityController] })
class SimilarityModule {}

export async function serve(address: string) {
  const transport = new GrpcTransport({ services: [SimilarityService], address });
  const app = await NestFactory.createMicroservice(SimilarityModule, { strategy: transport, logger: false });
  app.useGlobalFilters(new PassErrors());
  await app.listen();
  return { port: transport.port, stop: () => app.close() };
}
