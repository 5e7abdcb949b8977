import { setTimeout as sleep } from 'node:timers/promises';
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { Server as GrpcServer, ServerCredentials, type ServerOptions } from '@grpc/grpc-js';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { Admission, type AdmissionOptions } from './admission.ts';
import type { CallObserver } from './call-observer.ts';
import { callHandler, type Runtime } from './call-handler.ts';
import { Connections } from './connections.ts';
import { guardDoor, http2Servers } from './door.ts';
import { GRPC_TRANSPORT } from './grpc-service.ts';
import { HealthRegistry, serveHealth } from './health.ts';
import { serveReflection } from './reflection.ts';
import type { ServerCall } from './server-call.ts';
import { methodPath, serverMethod } from './service-definition.ts';
import { ServiceError } from './service-error.ts';
import { warmValidation } from './validate.ts';

export interface GrpcTransportOptions extends AdmissionOptions {
  /** What is served; every rpc of these needs a handler. */
  services: readonly DescService[];
  /** `host:port`; port 0 takes a free one. */
  address: string;
  /** How long a drain waits for calls in flight, ms; default 10,000. */
  drainMs?: number;
  /** Default: a new one, with every service SERVING once the server listens. */
  health?: HealthRegistry;
  /** Default true. */
  reflection?: boolean;
  observer?: CallObserver;
  /** Settings of grpc-js that override ours. */
  channel?: ServerOptions;
}

/**
 * Connections end after 60 to 120 s, so that clients look up addresses again and a replica that was added gets its
 * share. The grace lets calls in flight end. The jitter keeps clients from coming back together.
 */
function channelDefaults(): ServerOptions {
  return {
    'grpc.max_connection_age_ms': Math.round(60_000 * (1 + Math.random())),
    'grpc.max_connection_age_grace_ms': 30_000,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
    'grpc.enable_channelz': 0, // counts every message for a debugging service that nobody serves
  };
}

/** How long clients have to take in that the server ends before new calls are refused. */
const ANNOUNCED_MS = 100;

/** A Nest transport that serves proto services: guards, pipes, interceptors and filters work as on any other. */
export class GrpcTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = GRPC_TRANSPORT;
  readonly health: HealthRegistry;
  readonly admission: Admission;
  /** The port that is listened on; 0 before. */
  port = 0;
  readonly #options: GrpcTransportOptions;
  readonly #server: GrpcServer;
  readonly #calls = new Set<ServerCall>();
  readonly #connections = new Connections();
  #closing: Promise<void> | undefined;

  constructor(options: GrpcTransportOptions) {
    super();
    this.#options = options;
    this.health = options.health ?? new HealthRegistry();
    this.admission = new Admission(options);
    this.#server = new GrpcServer({ ...channelDefaults(), ...options.channel });
  }

  listen(done: (error?: unknown) => void): void {
    try {
      this.#addServices();
    } catch (error) {
      done(error);
      return;
    }
    this.#server.bindAsync(this.#options.address, ServerCredentials.createInsecure(), (error, port) => {
      if (error) {
        done(
          new Error(`cannot listen on ${this.#options.address}: choose another GRPC_HOST or GRPC_PORT`, {
            cause: error,
          }),
        );
        return;
      }
      const methods = this.#options.services.flatMap((service) => service.methods);
      try {
        this.#guard(methods);
      } catch (problem) {
        done(problem);
        return;
      }
      this.port = port;
      if (!this.#options.health) for (const { typeName } of this.#options.services) this.health.set(typeName, true);
      done();
      void warmValidation(methods.map((method) => method.input));
    });
  }

  #guard(methods: readonly DescMethod[]): void {
    const servers = http2Servers(this.#server);
    this.#connections.watch(servers);
    guardDoor(servers, methods, this.admission, (method) => this.#options.observer?.refused?.(method));
  }

  #addServices(): void {
    const { services, observer, reflection = true } = this.#options;
    const runtime: Runtime = { calls: this.#calls, ...(observer && { observer }) };
    for (const service of services) {
      const methods = service.methods.map((method) => [method.name, this.#handlerOf(method, runtime)] as const);
      const definition = Object.fromEntries(service.methods.map((method) => [method.name, serverMethod(method)]));
      this.#server.addService(definition, Object.fromEntries(methods));
    }
    this.#refuseUnlisted();
    serveHealth(this.#server, this.health);
    if (reflection) serveReflection(this.#server, services);
  }

  #handlerOf(method: DescMethod, runtime: Runtime) {
    const handler = this.messageHandlers.get(methodPath(method));
    if (!handler) {
      throw new Error(
        `nothing serves ${method.parent.typeName}/${method.name}: ` +
          `add a controller with @GrpcService(${method.parent.name}) to the module, or take the service off the list`,
      );
    }
    return callHandler(method, handler, runtime);
  }

  #refuseUnlisted(): void {
    const listed = new Set(this.#options.services.flatMap((service) => service.methods.map(methodPath)));
    for (const pattern of this.messageHandlers.keys()) {
      if (!listed.has(pattern)) {
        throw new Error(`a controller serves ${pattern}, but its service is not on the list of services to serve`);
      }
    }
  }

  /** Takes no new calls, waits `drainMs` for those in flight, then cancels the rest. */
  async close(): Promise<void> {
    await (this.#closing ??= this.#drain());
  }

  async #drain(): Promise<void> {
    this.health.shutdown();
    if (this.#connections.announceEnd()) await sleep(ANNOUNCED_MS);
    const drained = new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    const expiry = setTimeout(() => {
      for (const call of this.#calls) call.abort(ServiceError.unavailable('The server is shutting down.'));
      // Handlers that heed their signal end with that status; what still runs after a moment is cut.
      setTimeout(() => {
        this.#connections.cut();
        this.#server.forceShutdown();
      }, 250).unref();
    }, this.#options.drainMs ?? 10_000);
    await drained;
    clearTimeout(expiry);
    this.admission.stop();
  }

  // Part of Nest's interface; it has no meaning for a gRPC server.
  override on(): never {
    throw new Error('GrpcTransport emits no events; pass an observer');
  }

  /** The grpc-js server. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Nest's signature
  override unwrap<T>(): T {
    return this.#server as T;
  }
}
