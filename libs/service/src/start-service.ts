import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamicModule, INestMicroservice, Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import { createTokenVerifier, type TokenVerifier } from '@kiban/auth';
import { GrpcTransport, PassErrors, setClientObserver } from '@kiban/grpc';
import type * as z from 'zod';
import { AuthGuard } from './auth-guard.ts';
import { callLog } from './call-log.ts';
import { checkAllow } from './check-allow.ts';
import { AUTH_VARIABLES, type CommonConfig, readConfig } from './config.ts';
import { createLogger, type Logger, nestLogger } from './logger.ts';
import { createMetrics } from './create-metrics.ts';
import { admissionMetrics, clientMetrics, serverMetrics } from './metrics.ts';
import { joinClientObservers, joinObservers } from './observers.ts';
import { startOpsServer } from './ops-server.ts';
import { ServiceRuntime } from './runtime.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { clientSpans, serverSpans } from './tracing/call-spans.ts';
import { incomingCall } from './tracing/incoming.ts';
import { startTracing } from './tracing/start-tracing.ts';

/** A service that answers. */
export interface RunningService {
  /** `host:port` of gRPC. */
  grpc: string;
  /** `host:port` of /metrics, /healthz and /readyz. */
  ops: string;
  runtime: ServiceRuntime;
  /** The Nest application, for tests. */
  app: INestMicroservice;
  /** Drains in order and in bounded time; safe to call twice. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Default process.env. */
  env?: NodeJS.ProcessEnv;
  logger?: Logger;
  /** Gets the means to stop as soon as there is something to stop, also while the start still waits. */
  onStart?: (handle: { stop(): Promise<void>; logger: Logger }) => void;
}

/** Starts a service in this process and returns when it serves. Throws ConfigError and whatever stops the start. */
export async function startService<Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
  options: StartOptions = {},
): Promise<RunningService> {
  const { name, services } = definition;
  const config = readConfig(name, definition.config, options.env ?? process.env, services.length ? AUTH_VARIABLES : []);
  const common: CommonConfig = config;
  const runtime = await createRuntime(name, common, options.logger);
  const { logger, health, metrics } = runtime;
  const tracing = await startTracing({
    service: name,
    endpoint: common.OTEL_EXPORTER_OTLP_ENDPOINT,
    ratio: common.OTEL_TRACES_SAMPLER_ARG,
    incoming: incomingCall,
  });
  const spans = tracing.enabled ? { server: [serverSpans()], client: [clientSpans()] } : { server: [], client: [] };
  const ops = await startOpsServer({ host: common.GRPC_HOST, port: common.OPS_PORT, health, metrics });
  let app: INestMicroservice | undefined;

  const transport = new GrpcTransport({
    services,
    address: `${common.GRPC_HOST}:${common.GRPC_PORT}`,
    drainMs: common.DRAIN_MS,
    maxInFlight: common.MAX_IN_FLIGHT,
    health,
    observer: joinObservers([...spans.server, serverMetrics(metrics), callLog(logger)]),
  });
  admissionMetrics(metrics, transport);
  setClientObserver(joinClientObservers([...spans.client, clientMetrics(metrics)]));

  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      logger.info('stopping: no new work, answering what is in flight');
      runtime.stop();
      if (common.DRAIN_DELAY_MS && transport.port) await sleep(common.DRAIN_DELAY_MS);
      await transport.close();
      // Closing the application ends the consumers of events, which need what the steps close (the database).
      await runtime.bounded('the application', () => app?.close(), common.DRAIN_MS);
      await runtime.drain(common.DRAIN_MS);
      await tracing.stop();
      await ops.close();
      logger.info('stopped');
    })();
    return stopped;
  };
  options.onStart?.({ stop, logger });

  try {
    const module = await definition.module(config, runtime);
    // The database answers while the application is put together.
    const ready = runtime.becomeReady();
    ready.catch(() => {}); // waited for below
    app = await NestFactory.createMicroservice(rootModule(module, services.length ? verifier(common) : undefined), {
      strategy: transport,
      logger: nestLogger(logger),
      abortOnError: false,
    });
    checkAllow(app, services);
    await ready;
    await app.listen();
    await runtime.becomeReady();
    runtime.serve(services);
  } catch (error) {
    await stop();
    throw error;
  }
  const host = reachable(common.GRPC_HOST);
  const running = { grpc: `${host}:${transport.port}`, ops: `${host}:${ops.port}`, runtime, app, stop };
  logger.info({ grpc: running.grpc, ops: running.ops, ms: Math.round(performance.now()) }, `${name} serves`);
  return running;
}

/** The runtime alone, for commands that serve nothing. */
export async function createRuntime(name: string, config: CommonConfig, logger?: Logger): Promise<ServiceRuntime> {
  const { LOG_LEVEL: level, LOG_FORMAT: format, GOOGLE_CLOUD_PROJECT: project } = config;
  logger ??= await createLogger({ service: name, level, format, project });
  return new ServiceRuntime(name, logger, createMetrics(name));
}

function verifier(config: CommonConfig): TokenVerifier {
  const { AUTH_JWKS_URL: jwks = '', AUTH_ISSUER: issuer = '', AUTH_AUDIENCE: audience = '' } = config;
  return createTokenVerifier({ jwks, issuer, audience: audience.split(',') });
}

/** The service's module inside one that brings guard and filter, so that those of the service come first. */
function rootModule(module: Type | DynamicModule, tokens: TokenVerifier | undefined): DynamicModule {
  return {
    module: class KibanRoot {},
    imports: [module],
    providers: [
      { provide: APP_GUARD, useValue: new AuthGuard(tokens) },
      { provide: APP_FILTER, useValue: new PassErrors() },
    ],
  };
}

function reachable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}
