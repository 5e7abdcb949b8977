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
  readonly requestId: string;
  readonly header = new Metadata();
  readonly trailer = new Metadata();
  principal?: CallPrincipal;
  readonly #call: AnyServerCall;
  #controller: AbortController | undefined;
  #abortedBy: ServiceError | undefined;
  #headerSent = false;
  #reject: ((reason: ServiceError) => void) | undefined;

  constructor(call: AnyServerCall) {
    this.#call = call;
    this.method = call.getPath();
    this.metadata = call.metadata;
    const deadline = Number(call.getDeadline());
    if (Number.isFinite(deadline)) this.deadline = new Date(deadline);
    const given = call.metadata.get(REQUEST_ID)[0];
    this.requestId = typeof given === 'string' && SANE_ID.test(given) ? given : crypto.randomUUID();
    if (call.cancelled) this.abort();
    // The four call types agree on this event, but tsc cannot call a union of overloads.
    else (call as ServerUnaryCall<unknown, Buffer>).once('cancelled', () => this.abort());
  }

  /** Sends the header once, if anything was put into it. */
  sendHeader(): void {
    if (Object.keys(this.header.getMap()).length > 0) this.flushHeader();
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
