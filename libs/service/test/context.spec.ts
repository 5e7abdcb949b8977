import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { context, propagation } from '@opentelemetry/api';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { createGrpcClient, type GrpcImpl, GrpcService } from '@kiban/grpc';
import { pino } from 'pino';
import { Allow, type RunningService, startService } from '../src/index.ts';

let injected: Record<string, string> = {};

/** Hands its context on as the outbox does. */
@GrpcService(SimilarityService)
class Carrier implements GrpcImpl<typeof SimilarityService> {
  @Allow('public')
  async listSimilar() {
    injected = {};
    propagation.inject(context.active(), injected);
    return {};
  }
  @Allow('public')
  async searchArticles() {
    return {};
  }
  @Allow('public')
  async listSimilarToMany() {
    return {};
  }
}

let service: RunningService;

beforeAll(async () => {
  const auth = { AUTH_JWKS_URL: 'x', AUTH_ISSUER: 'x', AUTH_AUDIENCE: 'x' };
  const env = { GRPC_HOST: '127.0.0.1', GRPC_PORT: '0', OPS_PORT: '0', ...auth };
  const module = () => ({ module: class CarrierModule {}, controllers: [Carrier] });
  service = await startService(
    { name: 'carrier', config: {}, services: [SimilarityService], module },
    { env, logger: pino({ level: 'silent' }) },
  );
});
afterAll(() => service.stop());

test('without telemetry the context of a caller is still handed on, with the request id in its baggage', async () => {
  const client = createGrpcClient(SimilarityService, service.grpc);
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const metadata = { traceparent, tracestate: 'vendor=1', baggage: 'tenant=blue', 'x-request-id': 'r-1' };
  await client.listSimilar({ name: 'articles/1' }, { metadata });
  expect(injected).toEqual({ traceparent, tracestate: 'vendor=1', baggage: 'tenant=blue,kiban.request_id=r-1' });

  await client.listSimilar({ name: 'articles/1' }, { metadata: { 'x-request-id': 'r-2', traceparent: 'nonsense' } });
  expect(injected).toEqual({ baggage: 'kiban.request_id=r-2' });
  client.close();
});
