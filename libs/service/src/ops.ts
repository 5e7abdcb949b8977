// Door `@kiban/service/ops`: /metrics, /healthz and /readyz for processes that are no gRPC service, such as the gateway.
export { createMetrics, redMetrics } from './create-metrics.ts';
export { type OpsServer, type Readiness, startOpsServer } from './ops-server.ts';
