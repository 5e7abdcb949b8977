import { afterAll, beforeAll, expect, test, jest } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, SpanKind, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { createGrpcClient, type GrpcImpl, GrpcService } from '@kiban/grpc';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { pino } from 'pino';
import { Allow, type RunningService, startService } from '../src/index.ts';
import { registerTracer } from '../src/tracing/tracer-provider.ts';
import { demoService } from './demo.ts';

jest.setTimeout(30_000); // processes start slowly on a busy machine

@GrpcService(SimilarityService)
class Front implements GrpcImpl<typeof SimilarityService> {
  @Allow('public')
  async listSimilar() {
    const back = createGrpcClient(RecommendationService, backend.grpc);
    await back.listTrending({});
    back.close();
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

const exporter = new InMemorySpanExporter();
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
let backend: RunningService;
let frontend: RunningService;

// The exporter of the service sends to this; the test reads spans from memory.
const collector = createServer((request, response) => {
  request.resume();
  response.end();
});

beforeAll(async () => {
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
  registerTracer('test', new SimpleSpanProcessor({ exporter }));
  const env = {
    GRPC_HOST: '127.0.0.1',
    GRPC_PORT: '0',
    OPS_PORT: '0',
    AUTH_JWKS_URL: 'x',
    AUTH_ISSUER: 'x',
    AUTH_AUDIENCE: 'x',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
  };
  const logger = pino({ level: 'silent' });
  backend = await startService(demoService, { env, logger });
  const module = () => ({ module: class FrontModule {}, controllers: [Front] });
  frontend = await startService({ name: 'front', config: {}, services: [SimilarityService], module }, { env, logger });
});
afterAll(async () => {
  await frontend.stop();
  await backend.stop();
  await new Promise((done) => collector.close(done));
});

test('one trace leads from the caller through both services', async () => {
  const client = createGrpcClient(SimilarityService, frontend.grpc);
  const caller = trace.setSpanContext(context.active(), { traceId: TRACE, spanId: PARENT, traceFlags: 1 });
  await context.with(caller, () => client.listSimilar({ name: 'articles/1' }));
  client.close();
  const spans = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === TRACE);
  const named = (name: string, kind: SpanKind) => {
    const span = spans.find((each) => each.name === name && each.kind === kind);
    if (!span) throw new Error(`no span ${name} of kind ${kind} among ${spans.map((each) => each.name).join(', ')}`);
    return { id: span.spanContext().spanId, parent: span.parentSpanContext?.spanId };
  };
  const { SERVER, CLIENT } = SpanKind;
  const request = named('kiban.similarity.v1.SimilarityService/ListSimilar', CLIENT);
  const front = named('kiban.similarity.v1.SimilarityService/ListSimilar', SERVER);
  const call = named('kiban.recommendation.v1.RecommendationService/ListTrending', CLIENT);
  const back = named('kiban.recommendation.v1.RecommendationService/ListTrending', SERVER);
  expect(request.parent).toBe(PARENT);
  expect(front.parent).toBe(request.id);
  expect(call.parent).toBe(front.id);
  expect(back.parent).toBe(call.id);
});
