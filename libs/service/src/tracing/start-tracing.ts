import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type Incoming, RequestPropagator } from './request-propagator.ts';

/** How long the last spans may take to leave when the process ends, ms. */
const FLUSH_MS = 2_000;

export interface TracingOptions {
  /** `service.name` of the spans. */
  service: string;
  /** OTLP/HTTP endpoint, for example http://collector:4318; without it no span is made. */
  endpoint?: string | undefined;
  /** Share of the traces begun here that is recorded, 0 to 1; default 1. Others follow what their caller decided. */
  ratio?: number | undefined;
  /** The request being answered, asked where no span is active. */
  incoming?: () => Incoming | undefined;
}

export interface Tracing {
  /** Whether spans are made. */
  readonly enabled: boolean;
  /** Sends what is left, in bounded time. */
  stop(): Promise<void>;
}

/**
 * W3C trace context and baggage for this process; with an endpoint also OpenTelemetry spans, sent in batches. Without
 * one the SDK is not even loaded: contexts of callers are only handed on. Spans are made explicitly, where the work is
 * done: bundling hides modules from import hooks.
 */
export async function startTracing({ service, endpoint, ratio, incoming }: TracingOptions): Promise<Tracing> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new RequestPropagator(incoming));
  if (!endpoint) return { enabled: false, stop: async () => {} };
  const { startTracerProvider } = await import('./tracer-provider.ts');
  const provider = startTracerProvider(service, endpoint, ratio);
  return {
    enabled: true,
    async stop() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_MS)));
      await Promise.race([provider.shutdown().catch(() => {}), late]);
      clearTimeout(timer);
    },
  };
}
