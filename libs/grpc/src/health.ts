import { EventEmitter, on } from 'node:events';
import type { Server, ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import {
  Health,
  type HealthCheckRequest,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus as Serving,
} from '@kiban/contracts/health/v1';
import { Code } from '@kiban/contracts/google/rpc';
import { toWire } from './error-wire.ts';
import { serviceDefinition } from './service-definition.ts';
import { ServiceError } from './service-error.ts';

/** Who is able to serve, by name; `` is the whole process. What grpc.health.v1 answers. */
export class HealthRegistry {
  readonly #states = new Map<string, Serving>([['', Serving.NOT_SERVING]]);
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #closed = false;

  /** After shutdown() everything stays NOT_SERVING. */
  set(service: string, serving: boolean): void {
    const state = serving && !this.#closed ? Serving.SERVING : Serving.NOT_SERVING;
    if (this.#states.get(service) === state) return;
    this.#states.set(service, state);
    this.#changes.emit('change', service);
  }

  /** undefined when the name is not known. */
  get(service: string): Serving | undefined {
    return this.#states.get(service);
  }

  isServing(service = ''): boolean {
    return this.#states.get(service) === Serving.SERVING;
  }

  /** Every name and whether it serves. */
  list(): Record<string, boolean> {
    return Object.fromEntries([...this.#states].map(([name, state]) => [name, state === Serving.SERVING]));
  }

  /** Calls back after each change, with the name; returns what stops it. */
  onChange(listener: (service: string) => void): () => void {
    this.#changes.on('change', listener);
    return () => this.#changes.off('change', listener);
  }

  /** NOT_SERVING for good, and watches end: the process is going away. */
  shutdown(): void {
    this.#closed = true;
    for (const service of this.#states.keys()) this.set(service, false);
    this.#changes.emit('close');
  }

  /** The state of a service now and after each change, until shutdown or abort. */
  async *watch(service: string, signal: AbortSignal): AsyncGenerator<Serving, void> {
    const changes = on(this.#changes, 'change', { signal, close: ['close'] });
    let last: Serving | undefined;
    const current = () => this.#states.get(service) ?? Serving.SERVICE_UNKNOWN;
    try {
      yield (last = current());
      if (this.#closed) return;
      for await (const [changed] of changes) if (changed === service && current() !== last) yield (last = current());
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** Serves grpc.health.v1 Check, List and Watch (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). */
export function serveHealth(server: Server, registry: HealthRegistry): void {
  server.addService(serviceDefinition(Health), {
    check(call: ServerUnaryCall<HealthCheckRequest, unknown>, respond: sendUnaryData<unknown>) {
      const { service } = call.request;
      const status = registry.get(service);
      if (status !== undefined) respond(null, { status });
      else respond(toWire(ServiceError.notFound(service, `Nobody here answers for the service "${service}".`)));
    },
    list(_: unknown, respond: sendUnaryData<unknown>) {
      const statuses = Object.keys(registry.list()).map((name) => [name, { status: registry.get(name) }] as const);
      respond(null, { statuses: Object.fromEntries(statuses) });
    },
    watch(call: ServerWritableStream<HealthCheckRequest, Pick<HealthCheckResponse, 'status'>>) {
      const left = new AbortController();
      call.once('cancelled', () => left.abort());
      void (async () => {
        for await (const status of registry.watch(call.request.service, left.signal)) call.write({ status });
        if (!left.signal.aborted) call.end();
      })().catch(() => call.emit('error', { code: Code.INTERNAL, details: 'health watch failed' }));
    },
  });
}
