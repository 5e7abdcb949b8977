import {
  type Context,
  isSpanContextValid,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';

/** What a request being answered came with. */
export interface Incoming {
  readonly requestId: string;
  /** Its headers `traceparent`, `tracestate` and `baggage`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Member of W3C baggage that carries the request id: over gRPC, and with events into other services' consumers. */
const REQUEST_ID = 'kiban.request_id';

/** The request id that a context carries. */
export function requestIdOf(ctx: Context): string | undefined {
  return propagation.getBaggage(ctx)?.getEntry(REQUEST_ID)?.value;
}

/** A context whose baggage names the request; what callers put into it stays. */
export function withRequestId(ctx: Context, requestId: string): Context {
  const baggage = propagation.getBaggage(ctx) ?? propagation.createBaggage();
  return propagation.setBaggage(ctx, baggage.setEntry(REQUEST_ID, { value: requestId }));
}

/**
 * W3C trace context (https://www.w3.org/TR/trace-context/) and baggage (https://www.w3.org/TR/baggage/). Where no span is
 * active it hands on what the request being answered came with, so that a trace goes through services that make no
 * spans; nothing is paid for that until something is injected.
 */
export class RequestPropagator implements TextMapPropagator {
  readonly #w3c = new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  });
  readonly #incoming: (() => Incoming | undefined) | undefined;

  constructor(incoming?: () => Incoming | undefined) {
    this.#incoming = incoming;
  }

  inject<Carrier>(ctx: Context, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    this.#w3c.inject(this.#complete(ctx), carrier, setter);
  }

  extract<Carrier>(ctx: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
    return this.#w3c.extract(ctx, carrier, getter);
  }

  fields(): string[] {
    return this.#w3c.fields();
  }

  #complete(ctx: Context): Context {
    const active = trace.getSpanContext(ctx);
    if ((active && isSpanContextValid(active)) || propagation.getBaggage(ctx)) return ctx;
    const incoming = this.#incoming?.();
    if (!incoming) return ctx;
    const { headers, requestId } = incoming;
    const get = (_: unknown, key: string) => headers[key];
    return withRequestId(this.#w3c.extract(ctx, headers, { get, keys: Object.keys }), requestId);
  }
}
