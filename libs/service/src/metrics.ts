import type { DescMethod } from '@bufbuild/protobuf';
import { type CallObserver, type ClientObserver, Code, type GrpcTransport } from '@kiban/grpc';
import { Gauge, type Registry } from 'prom-client';
import { redMetrics, type RedSeries } from './red-metrics.ts';

/** Rate, errors and duration of each method served. */
export function serverMetrics(registry: Registry): CallObserver {
  const { seriesOf, start } = callMetrics(registry, 'grpc_server', 'Calls');
  return {
    start: (_, method) => start(method),
    refused: (method) => seriesOf(method).refused(nameOf(Code.RESOURCE_EXHAUSTED)),
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
  const labels = ['grpc_service', 'grpc_method'];
  const open = redMetrics(registry, { prefix, what, labels, outcome: 'grpc_code', by: 'by gRPC code' });
  const known = new Map<DescMethod, RedSeries>();
  const seriesOf = (method: DescMethod): RedSeries => {
    let found = known.get(method);
    if (!found) known.set(method, (found = open(method.parent.typeName, method.name)));
    return found;
  };
  const start = (method: DescMethod) => {
    const began = performance.now();
    return { end: (code: Code) => seriesOf(method).ended(nameOf(code), (performance.now() - began) / 1000) };
  };
  return { seriesOf, start };
}

const nameOf = (code: Code): string => Code[code] ?? String(code);
