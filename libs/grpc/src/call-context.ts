import { AsyncLocalStorage } from 'node:async_hooks';
import type { Metadata } from '@grpc/grpc-js';

/** The caller as far as this library needs to know; @kiban/auth's Principal is one. */
export interface CallPrincipal {
  subject: string;
  roles: readonly string[];
  email?: string;
  token: string;
}

/** What a handler knows about the call that it answers. */
export interface CallContext {
  /** `/kiban.content.v1.ContentService/GetArticle` */
  readonly method: string;
  /** Request headers. */
  readonly metadata: Metadata;
  /** Aborts when the caller cancels, when the deadline passes and when a drain runs out of time. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting; absent when it waits for ever. */
  readonly deadline?: Date;
  /** Address of the caller's connection, for logs only: behind a proxy it is the proxy. */
  readonly peer: string;
  /**
   * Sent before the answer, or with the error of a stream that has sent nothing; behind a REST gateway these are response
   * headers. Set them before the first message.
   */
  readonly header: Metadata;
  /**
   * Sends the header now, before the first message of a stream that may be silent for long: a browser learns that it is
   * connected. An error afterwards can no longer become an HTTP status.
   */
  flushHeader(): void;
  /** Sent with the status. */
  readonly trailer: Metadata;
  /** `x-request-id` of the call, or made here: the same in every log line that this call causes anywhere. */
  readonly requestId: string;
  /** Who calls; set by the guard when the token was verified. */
  principal?: CallPrincipal;
}

const storage = new AsyncLocalStorage<CallContext>();

/** The call that the running code belongs to. */
export function currentCall(): CallContext | undefined {
  return storage.getStore();
}

/** Runs `fn` as part of a call: currentCall() is `context` in everything it starts. */
export function runInCall<R>(context: CallContext, fn: () => R): R {
  return storage.run(context, fn);
}
