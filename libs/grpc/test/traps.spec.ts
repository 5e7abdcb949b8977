// What stock NestJS gRPC gets wrong, shown right over a real socket.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type CallContext, Code, createGrpcClient, GrpcService, ServiceError } from '@kiban/grpc';
import { until } from '@kiban/testing';
import { BadRequestSchema } from '@kiban/contracts/google/rpc';
import { EMPTY, of, Subject } from 'rxjs';
import { DemoService } from './demo-service.ts';
import { cuttable } from './cuttable.ts';
import { REQUEST, startDemo } from './start-demo.ts';
import { demos, failure, recorder } from './support.ts';

const { start, stopAll } = demos();
afterEach(stopAll);

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  return await Array.fromAsync(values);
}

describe('every call is answered once', () => {
  test.each([
    ['an Observable that completes empty', () => EMPTY],
    ['undefined', () => undefined],
    ['null', () => Promise.resolve(null)],
  ])('a unary handler that answers with %s is an error, not a hang', async (_, get) => {
    const { seen, observer } = recorder();
    const { client } = await start({ get }, { observer });
    await expect(client.get(REQUEST)).rejects.toMatchObject({ code: Code.INTERNAL });
    expect(seen[0]?.error?.cause).toMatchObject({ message: expect.stringContaining('answered nothing') });
  });

  test('a unary handler may return an Observable', async () => {
    const { client } = await start({ get: () => of({ title: 'one' }) });
    await expect(client.get(REQUEST)).resolves.toMatchObject({ title: 'one' });
  });

  test('an async generator streams every value', async () => {
    const { client } = await start({
      async *watch() {
        for (const title of ['a', 'b', 'c']) yield { title };
      },
    });
    expect((await collect(client.watch(REQUEST))).map(({ title }) => title)).toEqual(['a', 'b', 'c']);
  });

  test('an Observable streams every value', async () => {
    const { client } = await start({ watch: () => of({ title: 'a' }, { title: 'b' }) });
    expect((await collect(client.watch(REQUEST))).map(({ title }) => title)).toEqual(['a', 'b']);
  });

  test('a streaming handler that returns no stream is an error', async () => {
    const { client } = await start({ watch: () => ({ title: 'a' }) });
    await expect(collect(client.watch(REQUEST))).rejects.toMatchObject({ code: Code.INTERNAL });
  });

  test('an answer that cannot be serialized is an error with an id', async () => {
    const { client } = await start({ get: () => ({ createTime: { seconds: 'soon' } }) });
    await expect(client.get(REQUEST)).rejects.toMatchObject({ code: Code.INTERNAL, reason: 'INTERNAL' });
  });

  test('client streaming and bidirectional calls', async () => {
    const { client } = await start({
      async collect(requests: AsyncIterable<{ name: string }>) {
        return { tags: (await collect(requests)).map(({ name }) => name) };
      },
      async *chat(requests: AsyncIterable<{ name: string }>) {
        for await (const { name } of requests) yield { title: name };
      },
    });
    async function* requests() {
      yield { name: 'articles/1' };
      yield { name: 'articles/2' };
    }
    await expect(client.collect(requests())).resolves.toMatchObject({ tags: ['articles/1', 'articles/2'] });
    const titles = (await collect(client.chat(requests()))).map(({ title }) => title);
    expect(titles).toEqual(['articles/1', 'articles/2']);
  });
});

describe('errors', () => {
  test('a plain Error becomes INTERNAL with an id that the log carries, and nothing else', async () => {
    const { seen, observer } = recorder();
    const cause = new Error('SELECT secret FROM users');
    const { client } = await start({ get: () => Promise.reject(cause) }, { observer });
    const error = await failure(client.get(REQUEST));
    expect(error).toMatchObject({ code: Code.INTERNAL });
    expect(error.message).not.toContain('SELECT');
    expect(seen[0]?.error?.cause).toBe(cause);
    expect(error.metadata['errorId']).toBe(seen[0]?.error?.metadata['errorId']);
    expect(error.metadata['errorId']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a ServiceError keeps code, reason, metadata and details', async () => {
    const violations = [{ field: 'title', description: 'must not be empty' }];
    const { client } = await start({
      get: () => Promise.reject(ServiceError.invalidArgument(violations, 'no title', { metadata: { hint: 'x' } })),
    });
    const error = await failure(client.get(REQUEST));
    expect(error).toMatchObject({
      code: Code.INVALID_ARGUMENT,
      reason: 'INVALID_FIELDS',
      message: 'no title',
      metadata: { hint: 'x' },
    });
    expect(error.find(BadRequestSchema)[0]?.fieldViolations).toMatchObject(violations);
  });

  test('an error in the middle of a stream arrives behind the values before it', async () => {
    const { client } = await start({
      async *watch() {
        yield { title: 'a' };
        throw ServiceError.aborted('enough');
      },
    });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { title } of client.watch(REQUEST)) seen.push(title);
    })();
    await expect(reading).rejects.toMatchObject({ code: Code.ABORTED, message: 'enough' });
    expect(seen).toEqual(['a']);
  });

  test('a request that breaks rules names its fields as the JSON API spells them', async () => {
    let reached = false;
    const { client } = await start({ get: () => ((reached = true), {}) });
    const error = await failure(client.get({ name: 'nonsense' }));
    expect(error).toMatchObject({ code: Code.INVALID_ARGUMENT });
    expect(error.find(BadRequestSchema)[0]?.fieldViolations[0]?.field).toBe('name');
    expect(reached).toBe(false);
  });

  test('a callee that cannot be reached is UNAVAILABLE without its address in the message', async () => {
    const client = createGrpcClient(DemoService, '127.0.0.1:1');
    const error = await failure(client.get(REQUEST));
    expect(error).toMatchObject({ code: Code.UNAVAILABLE, reason: 'UNAVAILABLE' });
    expect(error.message).not.toContain('127.0.0.1');
    client.close();
  });
});

describe('who leaves is noticed', () => {
  test('the Observable is unsubscribed when the deadline passes', async () => {
    const subject = new Subject();
    const { client } = await start({ watch: () => subject });
    const reading = collect(client.watch(REQUEST, { timeoutMs: 100 }));
    await expect(reading).rejects.toMatchObject({ code: Code.DEADLINE_EXCEEDED });
    await until(() => !subject.observed);
  });

  test('a deadline that passes aborts the signal of the handler', async () => {
    let reason: unknown;
    const { client } = await start({
      get: async (_: unknown, { signal }: CallContext) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reason = signal.reason;
        return {};
      },
    });
    await expect(client.get(REQUEST, { timeoutMs: 100 })).rejects.toMatchObject({ code: Code.DEADLINE_EXCEEDED });
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ code: Code.DEADLINE_EXCEEDED });
  });

  test('leaving `for await` early cancels the call and runs the finally of a waiting generator', async () => {
    let left = false;
    const { client } = await start({
      async *watch(_: unknown, { signal }: CallContext) {
        try {
          yield { title: 'a' };
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
        } finally {
          left = true;
        }
      },
    });
    for await (const { title } of client.watch(REQUEST)) {
      expect(title).toBe('a');
      break;
    }
    await until(() => left);
  });

  test('a caller that leaves aborts the signal of the handler', async () => {
    let reached = false;
    let reason: unknown;
    const { client } = await start({
      get: (_: unknown, { signal }: CallContext) => {
        reached = true;
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            reject(signal.reason as Error);
          }),
        );
      },
    });
    const leave = new AbortController();
    const call = failure(client.get(REQUEST, { signal: leave.signal }));
    await until(() => reached);
    leave.abort();
    expect(await call).toMatchObject({ code: Code.CANCELLED });
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ code: Code.CANCELLED });
  });

  test('a caller whose connection is cut ends the stream that it read', async () => {
    let left = false;
    const demo = await start({
      async *watch(_: unknown, { signal }: CallContext) {
        signal.addEventListener('abort', () => (left = true));
        yield { title: 'a' };
        await new Promise(() => {}); // waits for something that never comes
      },
    });
    const line = await cuttable(demo.address);
    const client = createGrpcClient(DemoService, line.address);
    const reading = client.watch(REQUEST)[Symbol.asyncIterator]();
    await reading.next();
    line.cut();
    expect(await failure(reading.next())).toMatchObject({ code: Code.UNAVAILABLE });
    client.close();
    await until(() => left);
  });
});

describe('mistakes stop the start with a sentence', () => {
  test('a misspelt method', () => {
    class Misspelt {
      gett() {}
    }
    expect(() => GrpcService(DemoService)(Misspelt as never)).toThrow(
      /Misspelt serves demo.v1.DemoService but has no method get \(rpc Get\).*Its methods: gett/,
    );
  });

  test('one function for two methods', async () => {
    const both = () => ({});
    await expect(start({ get: both, read: both })).rejects.toThrow(/read and .*get are the same function/);
  });

  test('a service that no controller serves', async () => {
    const { ContentService } = await import('@kiban/contracts/kiban/content/v1');
    await expect(start({}, { services: [DemoService, ContentService] })).rejects.toThrow(
      /nothing serves kiban.content.v1.ContentService/,
    );
  });

  test('a controller whose service is not on the list', async () => {
    await expect(start({}, { services: [] })).rejects.toThrow(/not on the list of services/);
  });

  test('an address that is taken', async () => {
    const first = await start({});
    await expect(startDemo({}, { address: first.address })).rejects.toThrow(/GRPC_PORT/);
  });
});

describe('a drain ends', () => {
  test('calls in flight are answered, an open stream is ended when the time is up', async () => {
    let streaming = false;
    const { client, transport } = await start(
      {
        get: async () => (await sleep(100), { title: 'done' }),
        async *watch() {
          for (;;) {
            streaming = true;
            yield {};
            await sleep(10);
          }
        },
      },
      { drainMs: 300 },
    );
    const stream = collect(client.watch(REQUEST)).catch((error: unknown) => error);
    await until(() => streaming);
    const call = client.get(REQUEST);
    await until(() => transport.admission.inFlight === 1);
    const began = performance.now();
    await transport.close();
    expect(performance.now() - began).toBeLessThan(1500);
    await expect(call).resolves.toMatchObject({ title: 'done' });
    expect(await stream).toMatchObject({ code: Code.UNAVAILABLE });
  });

  test('a handler that heeds nothing cannot hold it up', async () => {
    const { client, transport } = await start({ get: () => new Promise(() => {}) }, { drainMs: 100 });
    const call = failure(client.get(REQUEST));
    await until(() => transport.admission.inFlight === 1);
    await transport.close();
    expect(await call).toMatchObject({ code: Code.UNAVAILABLE });
  });
});

test('a service runs where proto-loader is not installed', async () => {
  const execArgv = ['--conditions=@kiban/source', '--import', join(import.meta.dirname, 'without-proto-loader.mjs')];
  const child = fork(join(import.meta.dirname, 'demo-process.ts'), { execArgv, env: {} });
  const exit = once(child, 'exit');
  try {
    const [address] = (await Promise.race([once(child, 'message'), exit])) as [string];
    const client = createGrpcClient(DemoService, address);
    await expect(client.get(REQUEST)).resolves.toMatchObject({ title: 'got' });
    client.close();
  } finally {
    child.kill();
  }
  expect(await exit).toEqual([0, null]);
});
