import type { DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { handleUnaryCall, sendUnaryData, ServerUnaryCall, UntypedHandleCall } from '@grpc/grpc-js';
import { toServiceError } from './status.ts';

/** What a handler may know of its call. */
export interface Call {
  /** ms since the epoch; Infinity when the client gave none. */
  readonly deadline: number;
  /** `address:port` of a gRPC client. */
  readonly peer: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

type Method<S extends DescService, K extends keyof S['method']> = S['method'][K];

/** The unary methods of a service, as plain functions. */
export type UnaryHandlers<S extends DescService> = {
  [K in keyof S['method'] as Method<S, K>['methodKind'] extends 'unary' ? K : never]: (
    request: MessageShape<Method<S, K>['input']>,
    call: Call,
  ) => MessageInitShape<Method<S, K>['output']> | Buffer | Promise<MessageInitShape<Method<S, K>['output']> | Buffer>;
};

/** Runs before and after each unary call; may refuse it. */
export type Around = (method: string, run: () => unknown) => unknown;

export function unaryHandlers<S extends DescService>(
  service: S,
  handlers: UnaryHandlers<S>,
  around: Around,
): Record<string, UntypedHandleCall> {
  const out: Record<string, UntypedHandleCall> = {};
  for (const [name, handler] of Object.entries(handlers) as [string, (request: unknown, call: Call) => unknown][]) {
    const method = service.method[name]?.name ?? name;
    const handle: handleUnaryCall<unknown, unknown> = (call, callback) => {
      try {
        const result = around(method, () => handler(call.request, callOf(call)));
        if (result instanceof Promise) void settle(result, callback);
        else callback(null, result);
      } catch (error) {
        callback(toServiceError(error));
      }
    };
    out[name] = handle;
  }
  return out;
}

async function settle(result: Promise<unknown>, callback: sendUnaryData<unknown>): Promise<void> {
  try {
    callback(null, await result);
  } catch (error) {
    callback(toServiceError(error));
  }
}

function callOf(call: ServerUnaryCall<unknown, unknown>): Call {
  return {
    get deadline() {
      const deadline = call.getDeadline();
      return deadline instanceof Date ? deadline.getTime() : deadline;
    },
    get peer() {
      return call.getPeer();
    },
    get signal() {
      const controller = new AbortController();
      call.on('cancelled', () => controller.abort());
      return controller.signal;
    },
  };
}
