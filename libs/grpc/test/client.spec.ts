import { afterEach, describe, expect, test } from '@jest/globals';
import { type CallContext, Code, currentCall, type GrpcClient, ServiceError } from '@kiban/grpc';
import { until } from '@kiban/testing';
import { RetryInfoSchema } from '@kiban/contracts/google/rpc';
import { Metadata } from '@grpc/grpc-js';
import type { DemoService } from './demo-service.ts';
import { REQUEST } from './start-demo.ts';
import { demos, failure } from './support.ts';

const { start, stopAll } = demos();
afterEach(stopAll);

/** A front that answers by calling a back, as the BFF does. */
async function chain(back: (request: unknown, context: CallContext) => unknown, front?: (client: Client) => unknown) {
  const callee = await start({ get: back });
  const answer = front ?? ((client: Client) => client.get(REQUEST));
  return await start({ get: () => answer(callee.client) });
}
type Client = GrpcClient<typeof DemoService>;

describe('a call made while answering one', () => {
  test('carries token, trace, baggage and request id, and nothing else', async () => {
    let seen: Record<string, unknown> = {};
    const { client } = await chain((_, { metadata }) => {
      seen = metadata.getMap();
      return {};
    });
    const metadata = {
      authorization: 'Bearer x',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'a=b',
      baggage: 'tenant=1',
      'x-request-id': 'req-1',
      cookie: 'private',
      'x-endpoint-api-userinfo': 'forged',
    };
    await client.get(REQUEST, { metadata });
    const { cookie: _, 'x-endpoint-api-userinfo': __, ...forwarded } = metadata;
    expect(seen).toMatchObject(forwarded);
    expect(seen).not.toHaveProperty('cookie');
    expect(seen).not.toHaveProperty('x-endpoint-api-userinfo');
  });

  test('gets an id when the caller sent none or nonsense', async () => {
    const ids: string[] = [];
    const { client } = await start({
      get: () => {
        ids.push(currentCall()?.requestId ?? '');
        return {};
      },
    });
    await client.get(REQUEST);
    await client.get(REQUEST, { metadata: { 'x-request-id': 'a b' } });
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('has what is left of the deadline, not a new one', async () => {
    let left = Infinity;
    const { client } = await chain(
      (_, { deadline }) => {
        left = Number(deadline) - Date.now();
        return {};
      },
      async (back) => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return await back.get(REQUEST, { timeoutMs: 60_000 });
      },
    );
    await client.get(REQUEST, { timeoutMs: 1000 });
    expect(left).toBeLessThanOrEqual(810);
    expect(left).toBeGreaterThan(0);
  });

  test('is cancelled when its caller leaves', async () => {
    let cancelled = false;
    let reached = false;
    const { client } = await chain((_, { signal }) => {
      reached = true;
      signal.addEventListener('abort', () => (cancelled = true));
      return new Promise(() => {});
    });
    const leave = new AbortController();
    const call = failure(client.get(REQUEST, { signal: leave.signal }));
    await until(() => reached);
    leave.abort();
    expect(await call).toMatchObject({ code: Code.CANCELLED });
    await until(() => cancelled);
  });

  test('passes an error of the callee on, with reason and details', async () => {
    const { client } = await chain(() => Promise.reject(ServiceError.notFound('articles/9')));
    expect(await failure(client.get(REQUEST))).toMatchObject({
      code: Code.NOT_FOUND,
      message: 'articles/9 was not found.',
    });
  });
});

describe('retries', () => {
  const flaky = (failures: number) => {
    let calls = 0;
    const handler = () => {
      if (calls++ < failures) throw ServiceError.unavailable('not yet');
      return { title: String(calls) };
    };
    return { handler, calls: () => calls };
  };

  test('an idempotent method is repeated while the callee is unavailable', async () => {
    const { handler, calls } = flaky(2);
    const { client } = await start({ read: handler });
    await expect(client.read(REQUEST)).resolves.toMatchObject({ title: '3' });
    expect(calls()).toBe(3);
  });

  test('a method that is not idempotent is never repeated', async () => {
    const { handler, calls } = flaky(2);
    const { client } = await start({ get: handler });
    expect(await failure(client.get(REQUEST))).toMatchObject({ code: Code.UNAVAILABLE });
    expect(calls()).toBe(1);
  });

  test('an outage uses up the budget: then every call is tried once', async () => {
    const { handler, calls } = flaky(Infinity);
    const { client } = await start({ read: handler });
    await Promise.all(Array.from({ length: 60 }, () => failure(client.read(REQUEST, { timeoutMs: 2000 }))));
    const before = calls();
    for (let i = 0; i < 5; i++) await failure(client.read(REQUEST));
    expect(calls() - before).toBe(5);
  });
});

describe('admission', () => {
  test('calls above the limit are refused at once with RetryInfo, and the room is given back', async () => {
    const waiting: (() => void)[] = [];
    const { client, transport } = await start(
      { get: () => new Promise((resolve) => waiting.push(() => resolve({}))) },
      { maxInFlight: 2 },
    );
    const accepted = [client.get(REQUEST), client.get(REQUEST)];
    await until(() => transport.admission.inFlight === 2);
    const refused = await failure(client.get(REQUEST));
    expect(refused).toMatchObject({ code: Code.RESOURCE_EXHAUSTED, reason: 'OVERLOADED' });
    expect(refused.find(RetryInfoSchema)[0]?.retryDelay).toBeDefined();
    for (const answer of waiting) answer();
    await Promise.all(accepted);
    expect(transport.admission.inFlight).toBe(0);
  });
});

test('trailers of a handler reach the caller with the status', async () => {
  const { client } = await start({
    get: (_: unknown, { trailer }: CallContext) => {
      trailer.set('x-cost', '7');
      throw ServiceError.aborted('no');
    },
  });
  const error = await failure(client.get(REQUEST));
  expect((error.cause as { metadata: Metadata }).metadata.get('x-cost')).toEqual(['7']);
});

test('a stream outlives the time limit that the client has for single answers', async () => {
  const demo = await start({
    async *watch() {
      await new Promise((resolve) => setTimeout(resolve, 150));
      yield { title: 'late' };
    },
  });
  const titles: string[] = [];
  for await (const { title } of demo.connect({ timeoutMs: 50 }).watch(REQUEST)) titles.push(title);
  expect(titles).toEqual(['late']);
});

test('what breaks while requests are made reaches the caller, and the server hears that the call is over', async () => {
  const taken: unknown[] = [];
  const signals: AbortSignal[] = [];
  const take = async (requests: AsyncIterable<unknown>, { signal }: CallContext) => {
    signals.push(signal);
    for await (const request of requests) taken.push(request);
    return {};
  };
  const demo = await start({
    collect: (requests: AsyncIterable<unknown>, context: CallContext) => take(requests, context),
    async *chat(requests: AsyncIterable<unknown>, context: CallContext) {
      yield await take(requests, context);
    },
  });
  const broken = new Error('the file ends here');
  async function* requests(calls: number) {
    yield REQUEST;
    await until(() => taken.length === calls);
    throw broken;
  }
  await expect(demo.client.collect(requests(1))).rejects.toBe(broken);
  const chat = demo.client.chat(requests(2))[Symbol.asyncIterator]();
  await expect(chat.next()).rejects.toBe(broken);
  expect(signals).toHaveLength(2);
  await until(() => signals.every(({ aborted }) => aborted));
});
