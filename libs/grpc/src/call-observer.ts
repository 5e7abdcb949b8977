import type { DescMethod } from '@bufbuild/protobuf';
import type { Code } from '@kiban/contracts/google/rpc';
import type { CallContext } from './call-context.ts';
import type { ServiceError } from './service-error.ts';

/** Sees every call of a server: what metrics, logs and traces are made from. */
export interface CallObserver {
  /** Called before guards and handler; what it returns sees the end of the call. */
  start(context: CallContext, method: DescMethod): CallObservation;
  /** Called instead for a call that was refused at the door (RESOURCE_EXHAUSTED): thousands a second, so be quick. */
  refused?(method: DescMethod): void;
}

export interface CallObservation {
  /** Runs the call, for observers that need an async context of their own. */
  run?<R>(fn: () => R): R;
  /** Called once, with the code that the caller gets. `error` is set for every code but OK. */
  end(code: Code, error?: ServiceError): void;
}
