import pg from 'pg';
import { WAKE_CHANNEL } from '../outbox/notifier.ts';
import { SHARDS } from '../outbox/shards.ts';
import { Floor } from './floor.ts';
import { ReconnectingClient } from './reconnecting-client.ts';
import { outboxStats } from './outbox-stats.ts';
import { isOutage } from './publish-batch.ts';
import type { RelayMetrics } from './relay-metrics.ts';
import type { RelayDatabase, RelayLog } from './relay-options.ts';
import { passShard, type PassOptions, type PassResult } from './shard-pass.ts';
import { ShardQueue } from './shard-queue.ts';

const STATS_EVERY_MS = 5_000;
const VACUUM_AFTER_MS = 60_000;
const HEALTHY_WITHIN_MS = 15_000;

/** Shards with a row that may go now: past the floor, of a key that is not held. */
const PENDING = `
SELECT s.shard FROM unnest($1::int[], $2::bigint[]) AS s(shard, start)
WHERE EXISTS (
  SELECT 1 FROM outbox o WHERE o.shard = s.shard::smallint AND o.id >= s.start
    AND NOT EXISTS (SELECT 1 FROM outbox_key k
      WHERE k.topic = o.topic AND k.ordering_key = o.ordering_key AND k.retry_at > now()))`;

export interface DatabaseRelayOptions extends PassOptions {
  readonly connections: number;
  readonly listen: boolean;
  readonly pollMs: number;
  readonly vacuumEvery: number;
  readonly metrics: RelayMetrics;
  readonly log: RelayLog;
}

/** Empties the outbox of one database: one connection that listens, scans and measures, the others move shards. */
export class DatabaseRelay {
  readonly #database: RelayDatabase;
  readonly #options: DatabaseRelayOptions;
  readonly #floor = new Floor(SHARDS);
  readonly #queue: ShardQueue;
  readonly #control: ReconnectingClient;
  readonly #workers: readonly ReconnectingClient[];
  readonly #running: Promise<unknown>;
  #stopping = false;
  #reachedAt = 0;
  #statsAt = 0;
  #deleted = 0;
  readonly #outages = new Map<number, number>();
  #complaint = { text: '', until: 0 };
  #vacuumAt = performance.now() + VACUUM_AFTER_MS;

  constructor(database: RelayDatabase, options: DatabaseRelayOptions) {
    this.#database = database;
    this.#options = options;
    const open = (role: string, onConnect?: (client: pg.Client) => Promise<void>) =>
      new ReconnectingClient({ url: database.url, applicationName: `kiban-relay ${role}`, onConnect });
    this.#control = open('control', (client) => this.#listen(client));
    this.#workers = Array.from({ length: Math.max(1, options.connections - 1) }, () => open('shards'));
    this.#queue = new ShardQueue(() => this.#scan(), options.pollMs);
    this.#running = Promise.all(this.#workers.map((worker) => this.#work(worker)));
  }

  get healthy(): boolean {
    return performance.now() - this.#reachedAt < HEALTHY_WITHIN_MS;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#queue.stop();
    await this.#running;
    await Promise.all([this.#control.close(), ...this.#workers.map((worker) => worker.close())]);
  }

  async #work(worker: ReconnectingClient): Promise<void> {
    while (!this.#stopping) {
      let shard: number | undefined;
      let restMs: number | undefined;
      try {
        shard = await this.#queue.take();
        if (shard === undefined) return;
        const client = await worker.get();
        const result = await passShard(client, shard, this.#floor, this.#options);
        restMs = this.#restAfter(shard, result);
        this.#record(result);
        await this.#vacuumIfDue(client);
      } catch (error) {
        await worker.discard();
        if (!this.#stopping) await this.#complain(error);
      } finally {
        if (shard !== undefined) this.#queue.release(shard, restMs);
      }
    }
  }

  /** No rest after progress; up to 1 s while Pub/Sub is away, so that an outage costs neither CPU nor the seconds after it. */
  #restAfter(shard: number, result: PassResult): number | undefined {
    const outages = this.#outages.get(shard) ?? 0;
    if (isOutage(result)) {
      this.#outages.set(shard, outages + 1);
      return Math.min(1_000, 50 * 2 ** outages);
    }
    if (result.published.length === 0 && result.dead.length === 0) return undefined;
    this.#outages.delete(shard);
    return 0;
  }

  async #listen(client: pg.Client): Promise<void> {
    if (!this.#options.listen) return;
    client.on('notification', () => this.#queue.wake());
    await client.query(`LISTEN ${WAKE_CHANNEL}`);
  }

  async #scan(): Promise<number[]> {
    try {
      const client = await this.#control.get();
      const shards = this.#floor.all.map((_, shard) => shard);
      const { rows } = await client.query<{ shard: number }>(PENDING, [shards, this.#floor.all.map(String)]);
      if (rows.length > 0) await this.#floor.tick(client);
      this.#reachedAt = performance.now();
      if (this.#reachedAt > this.#statsAt) {
        this.#statsAt = this.#reachedAt + STATS_EVERY_MS;
        await this.#measure(client);
      }
      return rows.map((row) => row.shard);
    } catch (error) {
      await this.#control.discard();
      throw error;
    }
  }

  async #measure(client: pg.Client): Promise<void> {
    const labels = { database: this.#database.name };
    const stats = await outboxStats(client);
    const { metrics } = this.#options;
    metrics.pending.set(labels, stats.pending);
    metrics.oldestAge.set(labels, stats.oldestAge);
    metrics.blockedKeys.set(labels, stats.blockedKeys);
    metrics.dead.set(labels, stats.dead);
  }

  #record(result: PassResult): void {
    const database = this.#database.name;
    const { metrics, log } = this.#options;
    this.#deleted += result.published.length + result.dead.length;
    metrics.published.inc({ database }, result.published.length);
    for (const row of result.published) metrics.commitToPublish.observe({ database }, row.age + result.seconds);
    for (const { topic, key, error, row } of result.failed) {
      metrics.publishErrors.inc({ database, code: String(error.code) });
      if (isOutage(result)) this.#say(`publish failed: ${error.message}`);
      else
        log.warn({ database, topic, key, event: row.event_id, error: error.message }, 'publish failed, its key waits');
    }
    for (const { row, error } of result.dead) {
      metrics.publishErrors.inc({ database, code: String(error.code) });
      log.error(
        { database, topic: row.topic, event: row.event_id, error: error.message },
        'event moved to outbox_dead',
      );
    }
  }

  /** Deleted rows slow every later scan down until they are vacuumed, and autovacuum comes once a minute at best. */
  async #vacuumIfDue(client: pg.Client): Promise<void> {
    const { vacuumEvery } = this.#options;
    const late = this.#deleted > 0 && performance.now() > this.#vacuumAt;
    if (vacuumEvery === 0 || (this.#deleted < vacuumEvery && !late)) return;
    this.#deleted = 0;
    this.#vacuumAt = performance.now() + VACUUM_AFTER_MS;
    await client.query('VACUUM (SKIP_LOCKED, TRUNCATE OFF) outbox');
  }

  async #complain(error: unknown): Promise<void> {
    this.#say(error instanceof Error ? error.message : String(error));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  /** Every worker meets the same trouble: said once, and again when it changes or goes on for 30 s. */
  #say(text: string): void {
    const now = performance.now();
    if (text === this.#complaint.text && now < this.#complaint.until) return;
    this.#complaint = { text, until: now + 30_000 };
    this.#options.log.warn({ database: this.#database.name, error: text }, 'relay cannot work, trying again');
  }
}
