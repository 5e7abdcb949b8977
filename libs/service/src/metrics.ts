import type { DescMethod } from '@bufbuild/protobuf';
import { setClientObserver, type CallObserver, Code, type GrpcTransport } from '@kiban/grpc';
import { type Counter, Gauge, type Registry } from 'prom-client';
import { redMetrics } from './create-metrics.ts';

const METHOD = { labels: ['grpc_service', 'grpc_method'], outcome: 'grpc_code', by: 'by gRPC code' } as const;

/** Rate, errors and duration of each method served. */
export function serverMetrics(registry: Registry): CallObserver {
  const { handled, seconds } = redMetrics(registry, { prefix: 'grpc_server', what: 'Calls', ...METHOD });
  const refusals = new Map<DescMethod, Counter.Internal>();
  return {
    start(_, method) {
      const began = performance.now();
      return {
        end(code) {
          const labels = { grpc_service: method.parent.typeName, grpc_method: method.name };
          handled.inc({ ...labels, grpc_code: Code[code] ?? String(code) });
          seconds.observe(labels, (performance.now() - began) / 1000);
        },
      };
    },
    refused(method) {
      let counter = refusals.get(method);
      if (!counter) {
        const labels = { grpc_service: method.parent.typeName, grpc_method: method.name };
        counter = handled.labels({ ...labels, grpc_code: Code[Code.RESOURCE_EXHAUSTED] ?? '' });
        refusals.set(method, counter);
      }
      counter.inc();
    },
  };
}

/** How many calls and streams are open. */
export function admissionMetrics(registry: Registry, transport: () => GrpcTransport): void {
  const gauge = new Gauge({
    name: 'grpc_server_in_flight',
    help: 'Calls and streams being answered.',
    labelNames: ['kind'] as const,
    registers: [registry],
    collect() {
      gauge.set({ kind: 'call' }, transport().admission.inFlight);
      gauge.set({ kind: 'stream' }, transport().admission.streams);
    },
  });
}

/** Rate, errors and duration of each method called, seen by `next` as well. */
export function clientMetrics(registry: Registry): Parameters<typeof setClientObserver>[0] & {} {
  const { handled, seconds } = redMetrics(registry, { prefix: 'grpc_client', what: 'Outgoing calls', ...METHOD });
  return {
    start(method) {
      const began = performance.now();
      return {
        end(code) {
          const labels = { grpc_service: method.parent.typeName, grpc_method: method.name };
          handled.inc({ ...labels, grpc_code: Code[code] ?? String(code) });
          seconds.observe(labels, (performance.now() - began) / 1000);
        },
      };
    },
  };
}
