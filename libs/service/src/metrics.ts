import type { DescMethod } from '@bufbuild/protobuf';
import { setClientObserver, type CallObserver, Code, type GrpcTransport } from '@kiban/grpc';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS } from './create-metrics.ts';

/** Rate, errors and duration of each method served. */
export function serverMetrics(registry: Registry): CallObserver {
  const handled = new Counter({
    name: 'grpc_server_handled_total',
    help: 'Calls that ended, by gRPC code.',
    labelNames: ['grpc_service', 'grpc_method', 'grpc_code'] as const,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'grpc_server_handling_seconds',
    help: 'How long calls took.',
    labelNames: ['grpc_service', 'grpc_method'] as const,
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
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
  const handled = new Counter({
    name: 'grpc_client_handled_total',
    help: 'Outgoing calls that ended, by gRPC code.',
    labelNames: ['grpc_service', 'grpc_method', 'grpc_code'] as const,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'grpc_client_handling_seconds',
    help: 'How long outgoing calls took.',
    labelNames: ['grpc_service', 'grpc_method'] as const,
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
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
