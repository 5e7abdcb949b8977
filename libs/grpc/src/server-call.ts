import {
  Metadata,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import type { CallContext, CallPrincipal } from './call-context.ts';
import { ServiceError } from './service-error.ts';

export type AnyServerCall =
  | ServerUnaryCall<unknown, Buffer>
  | ServerWritableStream<unknown, Buffer>
  | ServerReadableStream<unknown, Buffer>
  | ServerDuplexStream<unknown, Buffer>;

const REQUEST_ID = 'x-request-id';
/** What we take over from outside; anything else is replaced, as it ends in logs. */
const SANE_ID = /^[\w.:~/+=-]{1,128}$/;

/** The CallContext of a grpc-js call. Parts that cost something are made when they are asked for. */
export class ServerCall implements CallContext {
  readonly method: string;
  readonly metadata: Metadata;
  readonly deadline?: Date;
  principal?: CallPrincipal;
  readonly #call: AnyServerCall;
  #header: Metadata | undefined;
  #trailer: Metadata | undefined;
  #requestId: string | undefined;
  #controller: AbortController | undefined;
  #answered = false;
  #abortedBy: ServiceError | undefined;
  #headerSent = false;
  #reject: ((reason: ServiceError) => void) | undefined;

  constructor(call: AnyServerCall) {
    this.#call = call;
    this.method = call.getPath();
    this.metadata = call.metadata;
    const deadline = Number(call.getDeadline());
    if (Number.isFinite(deadline)) this.deadline = new Date(deadline);
    if (call.cancelled) this.abort();
    // The four call types agree on this event, but tsc cannot call a union of overloads.
    else (call as ServerUnaryCall<unknown, Buffer>).on('cancelled', () => this.#leave());
  }

  get header(): Metadata {
    return (this.#header ??= new Metadata());
  }

  get trailer(): Metadata {
    return (this.#trailer ??= new Metadata());
  }

  /** The trailer, if anybody asked for it. */
  get sentTrailer(): Metadata | undefined {
    return this.#trailer;
  }

  /**
   * What goes with the error that ends a stream. When it has sent nothing yet, its header goes here, too: behind a header of
   * its own the error would be a trailer, and a gateway would have begun an answer with status 200.
   */
  get failureTrailer(): Metadata | undefined {
    if (this.#headerSent || !this.#header) return this.#trailer;
    const all = this.#header.clone();
    if (this.#trailer) all.merge(this.#trailer);
    return all;
  }

  get requestId(): string {
    if (this.#requestId === undefined) {
      const given = this.metadata.get(REQUEST_ID)[0];
      this.#requestId = typeof given === 'string' && SANE_ID.test(given) ? given : crypto.randomUUID();
    }
    return this.#requestId;
  }

  /** Sends the header once, if anything was put into it. */
  sendHeader(): void {
    if (this.#header && Object.keys(this.#header.getMap()).length > 0) this.flushHeader();
  }

  flushHeader(): void {
    if (this.#headerSent || this.#call.cancelled) return;
    this.#headerSent = true;
    this.#call.sendMetadata(this.header);
  }

  get peer(): string {
    return this.#call.getPeer();
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#abortedBy) this.#controller.abort(this.#abortedBy);
    }
    return this.#controller.signal;
  }

  /** Why nobody waits for the answer any more; undefined while somebody does. */
  get abortedBy(): ServiceError | undefined {
    return this.#abortedBy;
  }

  /** The call has its outcome: what happens from here on is not why it ended. */
  answered(): void {
    this.#answered = true;
    this.#reject = undefined;
  }

  /** grpc-js says `cancelled` at the end of every call; what still works for an answered one learns it by its signal. */
  #leave(): void {
    if (!this.#answered) this.abort();
    else if (this.#controller) this.abort(answeredCall());
  }

  /** Tells the handler that nobody waits any more. Default: the caller left or its deadline passed. */
  abort(reason = this.#departure()): void {
    if (this.#abortedBy) return;
    this.#abortedBy = reason;
    this.#controller?.abort(reason);
    this.#reject?.(reason);
  }

  /** The result of `work`, or the reason of an abort as soon as there is one: a handler may not heed its signal. */
  unlessAborted<R>(work: Promise<R>): Promise<R> {
    if (this.#abortedBy) return Promise.reject(this.#abortedBy);
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      work.then(resolve, reject);
    });
  }

  #departure(): ServiceError {
    const late = this.deadline !== undefined && Date.now() >= this.deadline.getTime();
    return late ? ServiceError.deadlineExceeded() : ServiceError.cancelled();
  }
}

let afterAnswer: ServiceError | undefined;

/** One for all: an error with its stack for each call would take longer than most of what a call does. */
function answeredCall(): ServiceError {
  return (afterAnswer ??= ServiceError.cancelled('The call was answered.'));
}
