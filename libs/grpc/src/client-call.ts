import type { DescMethod } from '@bufbuild/protobuf';
import { type CallOptions as GrpcCallOptions, Metadata } from '@grpc/grpc-js';
import { currentCall } from './call-context.ts';

/** Headers of the call being answered that go along with the calls it causes. */
const CARRIED = ['authorization', 'traceparent', 'tracestate', 'baggage', 'x-dev-namespace'];
/** Wait at the most this long for a single answer when nobody says otherwise, ms. */
const DEFAULT_TIMEOUT_MS = 10_000;

/** Settings of one call. */
export interface CallOptions {
  /** Cancels the call. */
  signal?: AbortSignal;
  /** ms; what is left of the deadline of the call being answered is never exceeded. */
  timeoutMs?: number;
  metadata?: Metadata | Record<string, string>;
}

/** Settings of all calls of one client. */
export interface CallDefaults {
  /** ms for calls with a single answer; default 10,000. Streams have no limit of their own. */
  timeoutMs?: number;
  /** Headers for each call, asked each time; they win over those that the call being answered hands on. */
  metadata?: () => Metadata | Record<string, string>;
}

/** What grpc-js needs to start a call: headers, deadline, and the signals that cancel it. */
export interface PreparedCall {
  metadata: Metadata;
  options: GrpcCallOptions;
  signals: AbortSignal[];
}

export function prepareCall(method: DescMethod, defaults: CallDefaults, options: CallOptions = {}): PreparedCall {
  const context = currentCall();
  const metadata = new Metadata();
  if (context) {
    for (const key of CARRIED) for (const value of context.metadata.get(key)) metadata.add(key, value);
    metadata.set('x-request-id', context.requestId);
  }
  overlay(metadata, defaults.metadata?.());
  overlay(metadata, options.metadata);
  // A watch may have nothing to say for hours: the client's default is for calls with a single answer.
  const single = method.methodKind === 'unary' || method.methodKind === 'client_streaming';
  const timeoutMs = options.timeoutMs ?? (single ? (defaults.timeoutMs ?? DEFAULT_TIMEOUT_MS) : Infinity);
  const deadline = Math.min(Date.now() + timeoutMs, context?.deadline?.getTime() ?? Infinity);
  return {
    metadata,
    options: deadline === Infinity ? {} : { deadline },
    signals: [options.signal, context?.signal].filter((signal) => signal !== undefined),
  };
}

function overlay(metadata: Metadata, more: Metadata | Record<string, string> | undefined): void {
  if (!more) return;
  const map = more instanceof Metadata ? more.getMap() : more;
  for (const [key, value] of Object.entries(map)) metadata.set(key, value);
}
