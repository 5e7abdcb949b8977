// A service in miniature: what an app looks like on @kiban/service.
import { Module } from '@nestjs/common';
import { type CallContext, type GrpcImpl, GrpcService, ServiceError } from '@kiban/grpc';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import * as z from 'zod';
import { Allow, type ServiceDefinition } from '../src/index.ts';

type Impl = GrpcImpl<typeof RecommendationService>;

@GrpcService(RecommendationService)
export class DemoController implements Partial<Impl> {
  @Allow('public')
  async listTrending() {
    return { asOfSeq: 9007199254740993n };
  }
  @Allow({ self: 'parent' })
  async listRecommendations({ parent }: { parent: string }, { principal }: CallContext) {
    return { modelVersion: `${parent} ${principal?.subject}` };
  }
  @Allow({ self: 'parent' })
  async listInteractions() {
    return {};
  }
  @Allow('authenticated')
  async createInteraction(): Promise<never> {
    throw new Error('the disk is on fire');
  }
  @Allow({ role: ['ingest', 'editor'] })
  async batchCreateInteractions() {
    return {};
  }
  @Allow('service')
  async deleteUser(): Promise<never> {
    throw ServiceError.notFound('users/nobody');
  }
}

@Module({ controllers: [DemoController] })
export class DemoModule {}

const DEMO_CONFIG = {
  CONTENT_ADDRESS: z.string().regex(/:\d+$/, 'expected host:port').default('127.0.0.1:1'),
};

export const demoService: ServiceDefinition<typeof DEMO_CONFIG> = {
  name: 'demo',
  config: DEMO_CONFIG,
  services: [RecommendationService],
  module: () => DemoModule,
};
