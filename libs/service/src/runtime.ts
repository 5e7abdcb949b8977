import { HealthRegistry } from '@kiban/grpc';
import type { Registry } from 'prom-client';
import type { Logger } from './logger.ts';
import { waitFor } from './patience.ts';
import { type PoolLike, PoolMetrics } from './pool-metrics.ts';

type Step = { name: string; fn: () => unknown };

/** What a service's module gets from its bootstrap. */
export interface Runtime {
  /** Name of the service. */
  readonly name: string;
  readonly logger: Logger;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
  /** Aborts when the service begins to stop. */
  readonly stopping: AbortSignal;
  /** Resolves when the service serves: for work that callers need not wait for. */
  readonly serving: Promise<void>;
  /**
   * Something that must succeed before the service answers: a ping of its database, migrations, an index to load. Steps
   * run one after the other, before Nest's onModuleInit when they are registered in `module`, and are retried with
   * backoff while the log says what is waited for.
   */
  onReady(name: string, fn: () => unknown): void;
  /**
   * Something to end when the service stops, after its last call was answered and Nest's shutdown hooks ended the
   * consumers of events. Steps run in the reverse of the order they were registered in: what was opened first is closed
   * last.
   */
  onDrain(name: string, fn: () => unknown): void;
  /** Repeats `attempt` with backoff until it succeeds; the log says what is waited for. */
  waitFor<R>(what: string, attempt: () => Promise<R> | R): Promise<R>;
  /** Counts a pool's connections in /metrics, by the name of its database. */
  watchPool(database: string, pool: PoolLike): void;
}

export class ServiceRuntime implements Runtime {
  readonly name: string;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health = new HealthRegistry();
  readonly #stopping = new AbortController();
  readonly serving: Promise<void>;
  #serves: () => void = () => undefined;
  readonly #ready: Step[] = [];
  readonly #drain: Step[] = [];
  #pools: PoolMetrics | undefined;

  constructor(name: string, logger: Logger, metrics: Registry) {
    this.name = name;
    this.logger = logger;
    this.metrics = metrics;
    this.serving = new Promise((resolve) => (this.#serves = resolve));
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  onReady(name: string, fn: Step['fn']): void {
    this.#ready.push({ name, fn });
  }

  onDrain(name: string, fn: Step['fn']): void {
    this.#drain.push({ name, fn });
  }

  async waitFor<R>(what: string, attempt: () => Promise<R> | R): Promise<R> {
    return await waitFor(what, attempt, { logger: this.logger, signal: this.stopping });
  }

  watchPool(database: string, pool: PoolLike): void {
    this.#pools ??= new PoolMetrics(this.metrics);
    this.#pools.watch(database, pool);
  }

  /** Runs the steps registered so far. */
  async becomeReady(): Promise<void> {
    for (let step = this.#ready.shift(); step; step = this.#ready.shift()) await this.waitFor(step.name, step.fn);
  }

  /** Everybody is told that it serves. */
  serve(services: readonly { readonly typeName: string }[]): void {
    for (const { typeName } of services) this.health.set(typeName, true);
    this.health.set('', true);
    this.#serves();
  }

  /** Readers of `stopping` learn that the service ends. */
  stop(): void {
    this.health.shutdown();
    this.#stopping.abort(new Error(`${this.name} is stopping`));
  }

  /** Runs the drain steps; one that fails or takes longer than `limitMs` is logged and left behind. */
  async drain(limitMs: number): Promise<void> {
    for (let step = this.#drain.pop(); step; step = this.#drain.pop()) await this.bounded(step.name, step.fn, limitMs);
  }

  /** Ends one thing in bounded time: what fails or takes longer is logged and left behind. */
  async bounded(name: string, fn: Step['fn'], limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`did not end within ${limitMs} ms`)), limitMs);
    });
    try {
      await Promise.race([fn(), late]);
    } catch (error) {
      this.logger.error({ err: error }, `draining ${name} failed`);
    } finally {
      clearTimeout(timer);
    }
  }
}
