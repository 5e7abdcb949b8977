import type { IncomingHttpHeaders } from 'node:http2';
import { context, propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { GrpcStatus } from '../grpc/grpc-status.ts';
import type { MethodPlan } from '../rules/method-plan.ts';
import type { CallListener } from './call.ts';
import type { Exchange } from './context.ts';
import type { CallHeaders } from './upstream-headers.ts';

/**
 * A span of kind SERVER around a request, ended with its answer; undefined without `settings.tracer`.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function startRequestSpan(exchange: Exchange): Span | undefined {
  const { method, request, requestId } = exchange;
  return exchange.context.settings.tracer?.startSpan(
    method,
    {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': method, 'url.scheme': 'http', 'kiban.request_id': requestId },
    },
    propagation.extract(ROOT_CONTEXT, request.headers),
  );
}

/** Names the span by its template: the path itself may hold personal data. */
export function endRequestSpan(span: Span, { template, method }: Exchange, status: number): void {
  if (template !== undefined) span.updateName(`${method} ${template}`).setAttribute('http.route', template);
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** A span of kind CLIENT around the gRPC call, named in its headers; `listener` as it is when the request has none. */
export function traceCall(
  { context: { settings }, span: request, requestId }: Exchange,
  { method, grpcPath }: MethodPlan,
  headers: CallHeaders,
  listener: CallListener,
): CallListener {
  if (!request || !settings.tracer) return listener;
  const span = settings.tracer.startSpan(
    grpcPath.slice(1),
    {
      kind: SpanKind.CLIENT,
      attributes: { 'rpc.system': 'grpc', 'rpc.service': method.parent.typeName, 'rpc.method': method.name },
    },
    trace.setSpan(context.active(), request),
  );
  const caller = propagation.extract(ROOT_CONTEXT, headers.object());
  const baggage = (propagation.getBaggage(caller) ?? propagation.createBaggage()).setEntry('kiban.request_id', {
    value: requestId,
  });
  propagation.inject(trace.setSpan(propagation.setBaggage(caller, baggage), span), headers.object());
  return new TracedListener(span, listener);
}

class TracedListener implements CallListener {
  readonly #span: Span;
  readonly #next: CallListener;

  constructor(span: Span, next: CallListener) {
    this.#span = span;
    this.#next = next;
  }

  headers(headers: IncomingHttpHeaders): void {
    this.#next.headers(headers);
  }

  message(message: Buffer): void | Promise<void> {
    return this.#next.message(message);
  }

  end(status: GrpcStatus, trailers: IncomingHttpHeaders, trailersOnly: boolean): void {
    this.#span.setAttribute('rpc.grpc.status_code', status.code);
    this.#end(status.code !== 0);
    this.#next.end(status, trailers, trailersOnly);
  }

  plain(...answer: Parameters<CallListener['plain']>): void {
    this.#end(true);
    this.#next.plain(...answer);
  }

  failed(error: unknown): void {
    this.#end(true);
    this.#next.failed(error);
  }

  #end(failed: boolean): void {
    if (failed) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}
