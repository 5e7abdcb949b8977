// How a service ends: in order, in bounded time, with nothing lost.
import { afterEach, expect, jest, test } from '@jest/globals';
import { createGrpcClient, GrpcService } from '@kiban/grpc';
import { Health, HealthCheckResponse_ServingStatus as Serving } from '@kiban/contracts/health/v1';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { pino } from 'pino';
import { Allow, type RunningService, type Runtime, startService } from '../src/index.ts';
import { DemoController, demoService } from './demo.ts';

jest.setTimeout(30_000);

const ENV = {
  GRPC_HOST: '127.0.0.1',
  GRPC_PORT: '0',
  OPS_PORT: '0',
  AUTH_JWKS_URL: '/does/not/matter',
  AUTH_ISSUER: 'https://kiban.local',
  AUTH_AUDIENCE: 'kiban',
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Parts {
  /** What ListTrending does. */
  answer?: () => Promise<object>;
  /** A provider with Nest's hooks. */
  provider?: object;
  opened?: (runtime: Runtime) => void;
  env?: NodeJS.ProcessEnv;
}

/** A service with a call, a provider and drain steps of the test's choice, its clients and its log. */
async function start({ answer = async () => ({}), provider = {}, opened, env }: Parts) {
  class Controller extends DemoController {
    override async listTrending() {
      return { asOfSeq: 0n, ...(await answer()) };
    }
  }
  for (const { localName } of RecommendationService.methods) {
    const inherited = Object.getOwnPropertyDescriptor(DemoController.prototype, localName);
    if (inherited && localName !== 'listTrending') Object.defineProperty(Controller.prototype, localName, inherited);
  }
  const own = Object.getOwnPropertyDescriptor(Controller.prototype, 'listTrending')!;
  Allow('public')(Controller.prototype, 'listTrending', own);
  GrpcService(RecommendationService)(Controller);
  const lines: string[] = [];
  const service: RunningService = await startService(
    {
      ...demoService,
      module(_, runtime) {
        opened?.(runtime);
        const providers = [{ provide: 'part', useValue: provider }];
        return { module: class Parts {}, controllers: [Controller], providers };
      },
    },
    { env: { ...ENV, ...env }, logger: pino({}, { write: (line) => void lines.push(line) }) },
  );
  const client = createGrpcClient(RecommendationService, service.grpc);
  const health = createGrpcClient(Health, service.grpc);
  closers.push(
    () => service.stop(),
    () => client.close(),
    () => health.close(),
  );
  return { service, client, health, lines };
}

test('a stop is health, then calls in flight, then consumers, then the database', async () => {
  const order: string[] = [];
  const called = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  let database = 'open';
  const { service, client, health } = await start({
    async answer() {
      called.resolve();
      await answer.promise;
      order.push(`call answered, database ${database}`);
      return {};
    },
    provider: {
      // As consumers of events end: what they are working on is finished, in transactions.
      async onApplicationShutdown() {
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`consumer drained, database ${database}`);
      },
    },
    opened: (runtime) => {
      runtime.onDrain('database', () => {
        database = 'closed';
        order.push('database closed');
      });
    },
  });
  const watching = (async () => {
    for await (const { status } of health.watch({})) if (status === Serving.NOT_SERVING) break;
    order.push('health NOT_SERVING');
    answer.resolve();
  })();
  const call = client.listTrending({});
  await called.promise;
  await service.stop();
  await watching;
  await expect(call).resolves.toBeDefined();
  expect(order).toEqual([
    'health NOT_SERVING',
    'call answered, database open',
    'consumer drained, database open',
    'database closed',
  ]);
});

test('during the drain delay new calls are answered while readiness says no', async () => {
  const { service, client, health } = await start({ env: { DRAIN_DELAY_MS: '400' } });
  await client.listTrending({});
  const stopping = service.stop();
  expect((await fetch(`http://${service.ops}/readyz`)).status).toBe(503);
  expect((await fetch(`http://${service.ops}/healthz`)).status).toBe(200);
  await expect(health.check({})).resolves.toMatchObject({ status: Serving.NOT_SERVING });
  await expect(client.listTrending({})).resolves.toBeDefined();
  await stopping;
});

test('steps end in the reverse order, and a step that hangs is left behind', async () => {
  const order: string[] = [];
  const { service, lines } = await start({
    provider: { onApplicationShutdown: () => new Promise(() => {}) },
    opened(runtime) {
      runtime.onDrain('database', () => void order.push('database'));
      runtime.onDrain('stuck', () => new Promise(() => {}));
      runtime.onDrain('index', () => void order.push('index'));
    },
    env: { DRAIN_MS: '200' },
  });
  await service.stop();
  expect(order).toEqual(['index', 'database']);
  for (const what of ['the application', 'stuck']) expect(lines.join('')).toContain(`draining ${what} failed`);
});
