import { afterEach, expect, test } from '@jest/globals';
import { Catch, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { type CallContext, Code, ServiceError } from '@kiban/grpc';
import { map, throwError } from 'rxjs';
import { REQUEST } from './start-demo.ts';
import { demos, failure } from './support.ts';

const { start, stopAll } = demos();
afterEach(stopAll);

test('a guard sees request and context; false is PERMISSION_DENIED', async () => {
  const seen: unknown[] = [];
  const guard = {
    canActivate(execution: ExecutionContext) {
      const rpc = execution.switchToRpc();
      seen.push(rpc.getData<{ name: string }>().name, rpc.getContext<CallContext>().method);
      return false;
    },
  };
  const { client } = await start({}, { guards: [guard] });
  expect(await failure(client.get(REQUEST))).toMatchObject({ code: Code.PERMISSION_DENIED });
  expect(seen).toEqual(['articles/1', '/demo.v1.DemoService/Get']);
});

test('an exception of a Nest guard keeps its meaning', async () => {
  const guard = {
    canActivate() {
      throw new UnauthorizedException('who are you?');
    },
  };
  const { client } = await start({}, { guards: [guard] });
  expect(await failure(client.get(REQUEST))).toMatchObject({ code: Code.UNAUTHENTICATED, message: 'who are you?' });
});

test('an interceptor changes single answers and leaves streams whole', async () => {
  const interceptor = {
    intercept: (context: ExecutionContext, next: { handle(): import('rxjs').Observable<unknown> }) =>
      context.getHandler().name === 'get' ? next.handle().pipe(map(() => ({ title: 'changed' }))) : next.handle(),
  };
  const { client } = await start(
    {
      async *watch() {
        yield { title: 'a' };
        yield { title: 'b' };
      },
    },
    { interceptors: [interceptor] },
  );
  await expect(client.get(REQUEST)).resolves.toMatchObject({ title: 'changed' });
  const titles = await Array.fromAsync(client.watch(REQUEST), ({ title }) => title);
  expect(titles).toEqual(['a', 'b']);
});

test('a filter of the application translates its own errors', async () => {
  class OutOfStock extends Error {}
  @Catch(OutOfStock)
  @Injectable()
  class OutOfStockFilter {
    catch() {
      return throwError(() => ServiceError.failedPrecondition('out of stock'));
    }
  }
  const { client } = await start(
    { get: () => Promise.reject(new OutOfStock()) },
    { filters: [new OutOfStockFilter()] },
  );
  expect(await failure(client.get(REQUEST))).toMatchObject({ code: Code.FAILED_PRECONDITION });
});
