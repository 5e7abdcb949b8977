import type { DescMethod } from '@bufbuild/protobuf';
import { type CallObserver, type ClientObserver, Code, type GrpcTransport } from '@kiban/grpc';
import { type Counter, Gauge, type Registry } from 'prom-client';
import { redMetrics } from './create-metrics.ts';

const METHOD = { labels: ['grpc_service', 'grpc_method'], outcome: 'grpc_code', by: 'by gRPC code' } as const;

/** Rate, errors and duration of each method served. */
export function serverMetrics(registry: Registry): CallObserver {
  const { handled, start } = callMetrics(registry, 'grpc_server', 'Calls');
  const refusals = new Map<DescMethod, Counter.Internal>();
  return {
    start: (_, method) => start(method),
    refused(method) {
      let counter = refusals.get(method);
      if (!counter) {
        counter = handled.labels({ ...labelsOf(method), grpc_code: Code[Code.RESOURCE_EXHAUSTED] ?? '' });
        refusals.set(method, counter);
      }
      counter.inc();
    },
  };
}

/** How many calls and streams are open. */
export function admissionMetrics(registry: Registry, { admission }: GrpcTransport): void {
  const gauge = new Gauge({
    name: 'grpc_server_in_flight',
    help: 'Calls and streams being answered.',
    labelNames: ['kind'] as const,
    registers: [registry],
    collect() {
      gauge.set({ kind: 'call' }, admission.inFlight);
      gauge.set({ kind: 'stream' }, admission.streams);
    },
  });
}

/** Rate, errors and duration of each method called. */
export function clientMetrics(registry: Registry): ClientObserver {
  return callMetrics(registry, 'grpc_client', 'Outgoing calls');
}

function callMetrics(registry: Registry, prefix: string, what: string) {
  const { handled, seconds } = redMetrics(registry, { prefix, what, ...METHOD });
  const start = (method: DescMethod) => {
    const began = performance.now();
    return {
      end(code: Code) {
        const labels = labelsOf(method);
        handled.inc({ ...labels, grpc_code: Code[code] ?? String(code) });
        seconds.observe(labels, (performance.now() - began) / 1000);
      },
    };
  };
  return { handled, start };
}

function labelsOf(method: DescMethod) {
  return { grpc_service: method.parent.typeName, grpc_method: method.name };
}
