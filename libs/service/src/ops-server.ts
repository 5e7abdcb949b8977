import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Who is able to answer: a HealthRegistry of @kiban/grpc is one. */
export interface Readiness {
  isServing(): boolean;
  /** Every part by name, and whether it serves. */
  list(): Record<string, boolean>;
}

export interface OpsServer {
  port: number;
  close(): Promise<void>;
}

/**
 * The HTTP port for machines that run the service: /metrics (Prometheus), /healthz (alive: the event loop turns; it
 * depends on nothing else, so an outage elsewhere never restarts us) and /readyz (able to answer).
 */
export async function startOpsServer(options: {
  host: string;
  port: number;
  health: Readiness;
  metrics: Registry;
}): Promise<OpsServer> {
  const { host, port, health, metrics } = options;
  const server = createServer((request, response) => {
    const reply = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    const json = (status: number, body: object) => reply(status, 'application/json', `${JSON.stringify(body)}\n`);
    switch (request.url?.split('?')[0]) {
      case '/healthz':
        return json(200, { status: 'alive' });
      case '/readyz':
        return json(health.isServing() ? 200 : 503, { ready: health.isServing(), services: health.list() });
      case '/metrics':
        return void metrics.metrics().then(
          (text) => reply(200, metrics.contentType, text),
          () => reply(500, 'text/plain', 'a metric could not be collected\n'),
        );
      default:
        return json(404, { paths: ['/metrics', '/healthz', '/readyz'] });
    }
  });
  await listen(server, host, port);
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`cannot listen on ${host}:${port}: choose another OPS_PORT (0 takes a free one)`, { cause })),
    );
    server.listen(port, host, resolve);
  });
}
