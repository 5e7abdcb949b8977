// Door `@kiban/service/ops`: /metrics, /healthz and /readyz for processes that are no gRPC service, such as the gateway.
export { createMetrics } from './create-metrics.ts';
export { type OpsServer, type Readiness, startOpsServer } from './ops-server.ts';
export { redMetrics, type RedSeries } from './red-metrics.ts';
