// The REST gateway: GATEWAY_PORT, GATEWAY_HOST, GATEWAY_MODE, BFF_ADDRESS, RECOMMENDATION_ADDRESS, AUTH_*; see README.
import { createMetrics, startOpsServer } from '@kiban/service/ops';
import { startTracing } from '@kiban/service/tracing';
import { trace } from '@opentelemetry/api';
import { ConfigError, type GatewayAppConfig, readConfig } from './config.ts';
import { sendCallersAway } from './drain.ts';
import { startEnvoyGateway } from './envoy/envoy-gateway.ts';
import { EnvoyError } from './envoy/find-envoy.ts';
import { createKibanGateway } from './gateway.ts';
import { log } from './log.ts';
import { requestMetrics } from './request-metrics.ts';

try {
  await run();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (error instanceof ConfigError || error instanceof EnvoyError) {
    console.error(`The gateway cannot start:\n${error.message}`);
  } else if (code === 'EADDRINUSE') console.error(`Port ${port} is taken; set GATEWAY_PORT to another one.`);
  else throw error;
  process.exit(2);
}

async function run(): Promise<void> {
  const config = readConfig(process.env);
  if (config.kind === 'envoy') return runEnvoy(config);
  const tracing = await startTracing({ service: 'gateway', endpoint: config.otlpEndpoint, ratio: config.traceRatio });
  const ops = config.opsPort === undefined ? undefined : await startOps(config.host, config.opsPort);
  const tracer = tracing.enabled ? trace.getTracer('@kiban/transcoding') : undefined;
  const gateway = createKibanGateway(config, tracer, ops?.onAccess);
  const port = await gateway.listen(config.port, config.host);
  const host = config.host === '0.0.0.0' ? '127.0.0.1' : config.host;
  const addresses = { http: `${host}:${port}`, ...(ops && { ops: `${host}:${ops.port}` }) };
  ops?.ready(true);
  log('info', 'ready', { ...addresses, mode: config.mode });
  process.send?.({ event: 'ready', service: 'gateway', ...addresses });

  onStop(async () => {
    ops?.ready(false);
    await sendCallersAway(gateway.server, config.drainMs / 5);
    await gateway.close(config.drainMs);
    await tracing.stop();
    await ops?.close();
  });
}

/** /metrics, /healthz and /readyz on a port of their own: what is scraped is no business of who reaches the API. */
async function startOps(host: string, opsPort: number) {
  let ready = false;
  const health = { isServing: () => ready, list: () => ({ gateway: ready }) };
  const metrics = createMetrics('gateway');
  const server = await startOpsServer({ host, port: opsPort, health, metrics });
  return {
    port: server.port,
    onAccess: requestMetrics(metrics),
    ready: (is: boolean) => void (ready = is),
    close: () => server.close(),
  };
}

/** Envoy serves; this process starts it, answers what is no business of Envoy's, and ends with it. */
async function runEnvoy(config: GatewayAppConfig): Promise<void> {
  if (config.port === 0) throw new ConfigError('GATEWAY_PORT is 0; with GATEWAY=envoy it must be a port');
  const envoy = await startEnvoyGateway(config, process.env);
  const http = `${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${config.port}`;
  log('info', 'ready', { http, envoy: envoy.version });
  process.send?.({ event: 'ready', service: 'gateway', http });
  const stopping = onStop(() => envoy.close(config.drainMs));
  const why = await envoy.ended;
  if (stopping()) return;
  log('error', why);
  process.exit(1);
}

/** Closes when this process is told to stop. @returns whether it was */
function onStop(close: () => Promise<void>): () => boolean {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    log('info', 'draining');
    void close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  return () => stopping;
}
