import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { EventLog } from '../log.ts';
import { WAKE_CHANNEL } from '../outbox/notifier.ts';
import { SHARDS } from '../outbox/shards.ts';
import { SESSION_SETTINGS } from './begin-pass.ts';
import { Floor } from './floor.ts';
import { ReconnectingClient } from './reconnecting-client.ts';
import { outboxStats } from './outbox-stats.ts';
import { isOutage } from './publish-batch.ts';
import { PREPARE_HEADS } from './read-heads.ts';
import type { RelayMetrics } from './relay-metrics.ts';
import type { RelayDatabase } from './relay-options.ts';
import { type PassOptions, passShards, type ShardResult } from './shard-pass.ts';
import { type Release, ShardQueue, type Turn } from './shard-queue.ts';

const STATS_EVERY_MS = 5_000;
const VACUUM_AFTER_MS = 60_000;
const MAX_VACUUM_PATIENCE = 64;
const HEALTHY_WITHIN_MS = 15_000;
/** Between looks at what has settled: while events move, and while none do. */
const WATCH_MS = { active: 50, idle: 1_000 };

export interface DatabaseRelayOptions extends PassOptions {
  readonly connections: number;
  readonly pollMs: number;
  readonly vacuumEvery: number;
  readonly metrics: RelayMetrics;
  readonly log: EventLog;
}

/** Empties the outbox of one database: one connection that listens and measures, the others move shards. */
export class DatabaseRelay {
  readonly #database: RelayDatabase;
  readonly #options: DatabaseRelayOptions;
  readonly #floor = new Floor(SHARDS);
  readonly #queue: ShardQueue;
  readonly #control: ReconnectingClient;
  readonly #workers: readonly ReconnectingClient[];
  readonly #running: Promise<unknown>;
  readonly #stopped = new AbortController();
  #reachedAt = 0;
  #statsAt = 0;
  #active = false;
  /** Ends the watcher's sleep. */
  #wakeWatch = () => undefined as void;
  /** Lets the workers read, once it is known where rows begin. */
  #letRead = () => undefined as void;
  readonly #surveyed = new Promise<void>((resolve) => (this.#letRead = resolve));
  #deleted = 0;
  #pending = 0;
  readonly #outages = new Map<number, number>();
  #complaint = { text: '', until: 0 };
  #vacuumAt = performance.now() + VACUUM_AFTER_MS;
  #vacuumPatience = 1;

  constructor(database: RelayDatabase, options: DatabaseRelayOptions) {
    this.#database = database;
    this.#options = options;
    const open = (role: string, onConnect?: (client: pg.Client) => Promise<void>) =>
      new ReconnectingClient({ url: database.url, applicationName: `kiban-relay ${role}`, onConnect });
    this.#control = open('control', (client) => this.#listen(client));
    const prepare = async (client: pg.Client) => void (await client.query(`${SESSION_SETTINGS}; ${PREPARE_HEADS}`));
    this.#workers = Array.from({ length: Math.max(1, options.connections - 1) }, () =>
      open('shards', options.pooled ? undefined : prepare),
    );
    this.#queue = new ShardQueue(SHARDS, options.pollMs);
    this.#running = Promise.all([this.#watch(), ...this.#workers.map((worker) => this.#work(worker))]);
  }

  get healthy(): boolean {
    return performance.now() - this.#reachedAt < HEALTHY_WITHIN_MS;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#queue.stop();
    await this.#running;
    await Promise.all([this.#control.close(), ...this.#workers.map((worker) => worker.close())]);
  }

  async #work(worker: ReconnectingClient): Promise<void> {
    for (;;) {
      const turn = await this.#queue.take();
      if (turn === undefined) return;
      const taken = new Set(turn.shards);
      try {
        await this.#surveyed;
        const client = await worker.get();
        const results = await passShards(client, turn, this.#floor, this.#options, (locked) =>
          this.#keep(turn, taken, locked),
        );
        this.#reachedAt = performance.now();
        for (const result of results) {
          taken.delete(result.shard);
          this.#queue.release(result.shard, this.#after(result));
          this.#record(result);
        }
        await this.#vacuumIfDue(client);
      } catch (error) {
        await worker.discard();
        await this.#complain(error);
      } finally {
        for (const shard of taken) this.#queue.release(shard, {});
      }
    }
  }

  /** Shards without rows, or locked by another relay, are nobody's again while this worker publishes. */
  #keep(turn: Turn, taken: Set<number>, locked: readonly number[]): void {
    for (const shard of turn.shards) if (!locked.includes(shard)) taken.delete(shard);
    this.#queue.keep(turn, locked);
  }

  /** No rest after progress; up to 1 s while Pub/Sub is away, so that an outage costs neither CPU nor the seconds after it. */
  #after(result: ShardResult): Release {
    const outages = this.#outages.get(result.shard) ?? 0;
    if (isOutage(result)) {
      this.#outages.set(result.shard, outages + 1);
      return { restMs: Math.min(1_000, 50 * 2 ** outages) };
    }
    if (result.published.length === 0 && result.dead.length === 0) return {};
    this.#outages.delete(result.shard);
    if (!this.#active) this.#wakeWatch();
    this.#active = true;
    return result.full ? 'more' : 'progress';
  }

  async #listen(client: pg.Client): Promise<void> {
    this.#floor.reset();
    if (this.#options.pooled) return;
    await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
    client.on('notification', () => this.#queue.wake());
    await client.query(`LISTEN ${WAKE_CHANNEL}`);
    this.#queue.wake(); // for what was committed before
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        const client = await this.#control.get();
        await this.#floor.tick(client);
        await this.#floor.survey(client);
        this.#letRead();
        this.#reachedAt = performance.now();
        if (this.#reachedAt > this.#statsAt) {
          this.#statsAt = this.#reachedAt + STATS_EVERY_MS;
          await this.#measure(client);
        }
      } catch (error) {
        this.#letRead();
        await this.#control.discard();
        await this.#complain(error);
      }
      await this.#rest();
    }
  }

  /** Until the next look at what has settled; events that begin to move end it early. */
  async #rest(): Promise<void> {
    const wait = this.#active ? WATCH_MS.active : WATCH_MS.idle;
    this.#active = false;
    const nap = new AbortController();
    this.#wakeWatch = () => nap.abort();
    const signal = AbortSignal.any([nap.signal, this.#stopped.signal]);
    await delay(wait, undefined, { signal }).catch(() => undefined);
  }

  async #measure(client: pg.Client): Promise<void> {
    const labels = { database: this.#database.name };
    const stats = await outboxStats(client, this.#floor.starts);
    this.#pending = stats.pending;
    const { metrics } = this.#options;
    metrics.pending.set(labels, stats.pending);
    metrics.oldestAge.set(labels, stats.oldestAge);
    metrics.blockedKeys.set(labels, stats.blockedKeys);
    metrics.dead.set(labels, stats.dead);
  }

  #record(result: ShardResult): void {
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

  /**
   * Deleted rows slow every later scan down until they are vacuumed, and autovacuum comes once a minute at best. While an old
   * transaction may still see them nothing can be cleared, each try reads them all, and the next one waits longer.
   */
  async #vacuumIfDue(client: pg.Client): Promise<void> {
    const { vacuumEvery } = this.#options;
    const late = this.#deleted > 0 && performance.now() > this.#vacuumAt;
    // It reads the index of what waits as well: worth it once as much is gone.
    const enough = Math.max(vacuumEvery, this.#pending) * this.#vacuumPatience;
    if (vacuumEvery === 0 || (this.#deleted < enough && !late)) return;
    const deleted = this.#deleted;
    this.#deleted = 0;
    this.#vacuumAt = performance.now() + VACUUM_AFTER_MS;
    const { pooled } = this.#options;
    if (!pooled) await client.query('SET statement_timeout = 0');
    await client.query('VACUUM (SKIP_LOCKED, TRUNCATE OFF) outbox');
    if (!pooled) await client.query('SET statement_timeout = 10000');
    const { rows } = await client.query<{ left: string }>(
      "SELECT n_dead_tup::text AS left FROM pg_stat_user_tables WHERE relid = 'outbox'::regclass",
    );
    const inVain = Number(rows[0]?.left ?? 0) > deleted / 2;
    // So few dead rows that looking at everything costs nothing.
    if (Number(rows[0]?.left ?? 0) <= vacuumEvery) this.#floor.startAgain();
    this.#vacuumPatience = inVain ? Math.min(MAX_VACUUM_PATIENCE, this.#vacuumPatience * 2) : 1;
  }

  async #complain(error: unknown): Promise<void> {
    const { signal } = this.#stopped;
    if (signal.aborted) return;
    this.#say(error instanceof Error ? error.message : String(error));
    await delay(200, undefined, { signal }).catch(() => undefined);
  }

  /** Every worker meets the same trouble: said once, and again when it changes or goes on for 30 s. */
  #say(text: string): void {
    const now = performance.now();
    if (text === this.#complaint.text && now < this.#complaint.until) return;
    this.#complaint = { text, until: now + 30_000 };
    this.#options.log.warn({ database: this.#database.name, error: text }, 'relay cannot work, trying again');
  }
}
