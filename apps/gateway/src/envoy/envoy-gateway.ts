import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { descriptorSet } from '@kiban/contracts';
import { envoyConfig, kibanPolicy } from '@kiban/gateway-config';
import type { GatewayAppConfig } from '../config.ts';
import { kibanLocalPaths } from '../gateway.ts';
import { EnvoyError, findEnvoy } from './find-envoy.ts';

const START_MS = 60_000;
const PUSH_SERVICE = 'kiban.recommendation.v1.PushService';

/** A running Envoy in the place of the repository's own gateway. */
export interface EnvoyGateway {
  readonly version: string;
  /** Resolves with a sentence when Envoy ends, whoever ended it. */
  readonly ended: Promise<string>;
  /** Lets running requests end for as long as `graceMs`, then ends Envoy. */
  close(graceMs: number): Promise<void>;
}

/**
 * Starts a real Envoy with the generated config: routes, tokens, CORS and transcoding from the same descriptor set and
 * policy. /healthz, /openapi.json and /docs are answered by a small server beside it.
 * @throws EnvoyError
 */
export async function startEnvoyGateway(config: GatewayAppConfig, env: NodeJS.ProcessEnv): Promise<EnvoyGateway> {
  const { command, version } = findEnvoy(env);
  const local = await serveLocalPaths();
  const folder = mkdtempSync(join(tmpdir(), 'kiban-envoy-'));
  const file = join(folder, 'envoy.json');
  const adminFile = join(folder, 'admin');
  const { port } = local.address() as AddressInfo;
  writeFileSync(file, JSON.stringify(bootstrap(config, `127.0.0.1:${port}`)), { mode: 0o600 });
  const args = ['-c', file, '--admin-address-path', adminFile, '--disable-hot-restart', '--concurrency', '2'];
  const child = spawn(command, [...args, '-l', 'warning'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`Envoy cannot be run: ${error.message}`));
    child.once('exit', (code, signal) => {
      rmSync(folder, { recursive: true, force: true });
      local.close();
      resolve(`Envoy ended with ${signal ?? `code ${code}`}`);
    });
  });
  await Promise.race([untilReady(adminFile), ended.then((why) => Promise.reject(new EnvoyError(`${why}; see above`)))]);
  return { version, ended, close: (graceMs) => close(child, adminFile, ended, graceMs) };
}

function bootstrap(config: GatewayAppConfig, local: string): Record<string, unknown> {
  const { services } = kibanPolicy;
  const backends = Object.fromEntries(
    services.map((service) => [service, service === PUSH_SERVICE ? config.recommendationAddress : config.bffAddress]),
  );
  return {
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    ...envoyConfig(
      descriptorSet(),
      { ...kibanPolicy, backends },
      {
        host: config.host,
        port: config.port,
        tokens: { users: config.users, push: config.push },
        local: { address: local, prefixes: ['/healthz', '/openapi.json', '/docs'] },
        trustedHops: config.trustedHops,
        compress: true,
        accessLog: true,
      },
    ),
  };
}

async function serveLocalPaths(): Promise<Server> {
  const answer = kibanLocalPaths();
  const server = createServer((request, response) => {
    if (answer((request.url ?? '/').split('?')[0] ?? '/', request, response)) return;
    response.writeHead(404);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function untilReady(adminFile: string): Promise<void> {
  const until = performance.now() + START_MS;
  while (performance.now() < until) {
    if (await ask(adminFile, 'GET', '/ready')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new EnvoyError(`Envoy is not ready after ${START_MS / 1000} s`);
}

async function ask(adminFile: string, method: string, path: string): Promise<boolean> {
  try {
    const address = readFileSync(adminFile, 'utf8').trim();
    return (await fetch(`http://${address}${path}`, { method })).ok;
  } catch {
    return false;
  }
}

async function close(child: ChildProcess, adminFile: string, ended: Promise<string>, graceMs: number): Promise<void> {
  await ask(adminFile, 'POST', '/drain_listeners?graceful');
  const timer = setTimeout(() => child.kill('SIGTERM'), Math.min(graceMs, 500));
  const last = setTimeout(() => child.kill('SIGKILL'), graceMs + 2_000);
  await ended;
  clearTimeout(timer);
  clearTimeout(last);
}
