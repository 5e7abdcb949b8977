// Loaded only when traces are wanted.
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

/** Registers a tracer for the process that sends spans in batches to `endpoint`/v1/traces. */
export function startTracerProvider(service: string, endpoint: string, ratio?: number): TracerProvider {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  return registerTracer(service, new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 }), ratio);
}

/** The same with any processor. */
export function registerTracer(service: string, processor: SpanProcessor, ratio = 1): TracerProvider {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [processor],
  });
  trace.setGlobalTracerProvider(provider);
  return provider;
}
