import type { Readable } from 'node:stream';
import type { DescMethod, MessageInitShape } from '@bufbuild/protobuf';
import type {
  sendUnaryData,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import { Code } from '@kiban/contracts/google/rpc';
import type { MessageHandler } from '@nestjs/microservices';
import { isObservable } from 'rxjs';
import { runInCall } from './call-context.ts';
import type { CallObserver } from './call-observer.ts';
import { toWire } from './error-wire.ts';
import { encode } from './codec/encode.ts';
import { fromNest } from './from-nest.ts';
import { type AnyServerCall, ServerCall } from './server-call.ts';
import { streamsRequests, streamsResponses } from './service-definition.ts';
import type { ServiceError } from './service-error.ts';
import { eachValue, lastValue } from './single-value.ts';
import { assertValid } from './validate.ts';

/** What all calls of one server share. */
export interface Runtime {
  calls: Set<ServerCall>;
  observer?: CallObserver;
}

type SingleCall = ServerUnaryCall<unknown, Buffer> | ServerReadableStream<unknown, Buffer>;
type StreamCall = ServerWritableStream<unknown, Buffer> | ServerDuplexStream<unknown, Buffer>;

/** The grpc-js handler that answers every call of a method once, whatever the Nest handler does. */
export function callHandler(method: DescMethod, handler: MessageHandler, runtime: Runtime): UntypedHandleCall {
  if (streamsResponses(method)) {
    return (call: StreamCall) => {
      void answer(method, call, runtime, (context) => pump(method, handler, call, context)).then((outcome) => {
        const { context, error } = outcome;
        if (error) {
          call.emit('error', toWire(error, context.failureTrailer));
          return;
        }
        context.sendHeader();
        call.end(context.sentTrailer);
      });
    };
  }
  return (call: SingleCall, respond: sendUnaryData<Buffer>) => {
    void answer(method, call, runtime, (context) => single(method, handler, call, context)).then((outcome) => {
      outcome.context.sendHeader();
      if (outcome.error) respond(toWire(outcome.error, outcome.context.sentTrailer));
      else respond(null, outcome.value, outcome.context.sentTrailer);
    });
  };
}

type Outcome<R> = { context: ServerCall; value: R; error?: never } | { context: ServerCall; error: ServiceError };

/** Runs one call to its outcome; never rejects. */
async function answer<R>(
  method: DescMethod,
  call: AnyServerCall,
  { calls, observer }: Runtime,
  work: (context: ServerCall) => Promise<R>,
): Promise<Outcome<R>> {
  const context = new ServerCall(call);
  const observation = observer?.start(context, method);
  calls.add(context);
  let outcome: Outcome<R>;
  try {
    const run = () => runInCall(context, () => work(context));
    outcome = { context, value: await context.unlessAborted(observation?.run ? observation.run(run) : run()) };
  } catch (error) {
    outcome = { context, error: context.abortedBy ?? fromNest(error) };
  }
  context.answered();
  calls.delete(context);
  observation?.end(outcome.error?.code ?? Code.OK, outcome.error);
  return outcome;
}

async function single(method: DescMethod, handler: MessageHandler, call: SingleCall, context: ServerCall) {
  const result: unknown = await handler(requestOf(method, call), context);
  const value = isObservable(result) ? await lastValue(result, context.signal) : result;
  if (value === undefined || value === null) {
    throw new TypeError(`the handler of ${context.method} answered nothing: return a message, {} when it is empty`);
  }
  return encode(method.output, value as MessageInitShape<DescMethod['output']>);
}

async function pump(method: DescMethod, handler: MessageHandler, call: StreamCall, context: ServerCall): Promise<void> {
  const result: unknown = await handler(requestOf(method, call), context);
  const values = eachValue(result, () => context.signal);
  const departed = new Promise<IteratorReturnResult<void>>((resolve) => {
    context.signal.addEventListener('abort', () => resolve({ done: true, value: undefined }), { once: true });
    if (context.signal.aborted) resolve({ done: true, value: undefined });
  });
  try {
    for (;;) {
      // A generator that waits for its next value cannot notice that the caller left; this loop does.
      const next = await Promise.race([values.next(), departed]);
      context.signal.throwIfAborted();
      if (next.done) return;
      const bytes = encode(method.output, next.value as MessageInitShape<DescMethod['output']>);
      context.sendHeader();
      if (!call.write(bytes)) await Promise.race([drained(call), departed]);
    }
  } finally {
    // Runs the generator's finally blocks, now or when its pending await ends: not waited for, as that may be never.
    void values.return().catch(() => {});
  }
}

function drained(call: StreamCall): Promise<void> {
  return new Promise((resolve) => (call as ServerWritableStream<unknown, Buffer>).once('drain', resolve));
}

function requestOf(method: DescMethod, call: AnyServerCall): unknown {
  return streamsRequests(method) ? validated(method, call as Readable) : (call as { request: unknown }).request;
}

async function* validated(method: DescMethod, call: Readable): AsyncGenerator<unknown, void> {
  // Plain iteration would destroy the stream at its end, and with it the way back of a bidirectional call.
  for await (const request of call.iterator({ destroyOnReturn: false })) {
    assertValid(method.input, request as never);
    yield request;
  }
}
