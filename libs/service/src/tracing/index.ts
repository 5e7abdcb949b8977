// Door `@kiban/service/tracing`: for processes that are no gRPC service, such as the gateway.
export { startTracing, type Tracing, type TracingOptions } from './start-tracing.ts';
