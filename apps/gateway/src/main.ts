// The REST gateway: GATEWAY_PORT, GATEWAY_HOST, GATEWAY_MODE, BFF_ADDRESS, RECOMMENDATION_ADDRESS, AUTH_*; see README.
import { startTracing } from '@kiban/service/tracing';
import { trace } from '@opentelemetry/api';
import { ConfigError, readConfig } from './config.ts';
import { createKibanGateway } from './gateway.ts';
import { log } from './log.ts';

try {
  await run();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (error instanceof ConfigError) console.error(`The gateway cannot start:\n${error.message}`);
  else if (code === 'EADDRINUSE') console.error(`Port ${port} is taken; set GATEWAY_PORT to another one.`);
  else throw error;
  process.exit(2);
}

async function run(): Promise<void> {
  const config = readConfig(process.env);
  const tracing = await startTracing({ service: 'gateway', endpoint: config.otlpEndpoint, ratio: config.traceRatio });
  const gateway = createKibanGateway(config, tracing.enabled ? trace.getTracer('@kiban/transcoding') : undefined);
  const port = await gateway.listen(config.port, config.host);
  const http = `${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${port}`;
  log('info', 'ready', { http, mode: config.mode });
  process.send?.({ event: 'ready', service: 'gateway', http });

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    log('info', 'draining');
    void gateway
      .close(config.drainMs)
      .then(() => tracing.stop())
      .then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
}
