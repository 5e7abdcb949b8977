import { Gauge, type Registry } from 'prom-client';

/** A pool of database connections as pg's Pool counts it. */
export interface PoolLike {
  readonly totalCount: number;
  readonly idleCount: number;
  /** Callers that wait for a connection. */
  readonly waitingCount: number;
  readonly options: { readonly max?: number };
}

/** Figures of every pool of a process, by the name of its database. */
export class PoolMetrics {
  readonly #pools = new Map<string, PoolLike>();

  constructor(registry: Registry) {
    const pools = this.#pools;
    const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Gauge({ name, help, labelNames: ['database', ...labelNames], registers: [registry], collect });
    const connections = gauge('db_pool_connections', 'Open connections, by whether a caller has them.', ['state']);
    const waiting = gauge('db_pool_waiting', 'Callers that wait for a connection.', []);
    const max = gauge('db_pool_max', 'Connections that the pool may open.', []);
    function collect(): void {
      for (const [database, pool] of pools) {
        connections.set({ database, state: 'idle' }, pool.idleCount);
        connections.set({ database, state: 'used' }, pool.totalCount - pool.idleCount);
        waiting.set({ database }, pool.waitingCount);
        max.set({ database }, pool.options.max ?? 10);
      }
    }
  }

  watch(database: string, pool: PoolLike): void {
    this.#pools.set(database, pool);
  }
}
