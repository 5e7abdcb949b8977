import { setTimeout as delay } from 'node:timers/promises';
import type { Queryable } from '../queryable.ts';

/**
 * Where the scan of each shard starts. Deleted rows stay in the index while any old transaction is open; starting after
 * them keeps the drain fast (34k/s against 7k/s).
 *
 * Safe because a number is taken while its transaction holds the ROW EXCLUSIVE lock that INSERT takes, until it ends. So: read
 * the sequence (N), then who holds that lock. Once all of them have ended, every transaction that took a number <= N has, and
 * rows up to N that exist are visible. Transactions that do not write to the outbox never matter, however long they stay open.
 * The floor never passes N, nor a row that is still there, nor rows skipped because their key is held. It lives in memory; it
 * starts again from 0 with a new connection and, to be safe from what nobody thought of, whenever a VACUUM has cleared the dead
 * rows away and looking at everything costs nothing.
 */
export class Floor {
  readonly #start: bigint[];
  #settled = 0n;
  #candidate: { readonly sequence: bigint; readonly writers: readonly string[] } | undefined;
  #nextTick = 0;
  #surveyed = false;

  constructor(shards: number) {
    this.#start = Array.from({ length: shards }, () => 0n);
  }

  /** Of all shards, by number. */
  get starts(): readonly bigint[] {
    return this.#start;
  }

  of(shard: number): bigint {
    return this.#start[shard] ?? 0n;
  }

  /** Everything at or below it is settled; take it BEFORE the head of a shard is selected. */
  get settled(): bigint {
    return this.#settled;
  }

  /** @param firstLeft id of the first selected row that is still in the table; @param last id of the last selected row */
  raise(shard: number, settled: bigint, last: bigint, firstLeft: bigint | undefined): void {
    this.#raiseTo(shard, settled, least(firstLeft ?? last + 1n, settled + 1n));
  }

  /** Nothing of the shard is left. @param settled as before the look that found nothing */
  clear(shard: number, settled: bigint): void {
    this.#raiseTo(shard, settled, settled + 1n);
  }

  #raiseTo(shard: number, settled: bigint, to: bigint): void {
    // More than is settled now: learnt before a reset.
    if (settled > this.#settled) return;
    if (to > this.of(shard)) this.#start[shard] = to;
  }

  /** Forgets everything: after a crash the sequence may give numbers again that were never committed. */
  reset(): void {
    this.#start.fill(0n);
    this.#settled = 0n;
    this.#candidate = undefined;
    this.#nextTick = 0;
    this.#surveyed = false;
  }

  /** Looks at everything once more. */
  startAgain(): void {
    this.#start.fill(0n);
  }

  /**
   * Finds where rows begin after a reset, once and for all shards: an old transaction may have left a million dead rows, and
   * every worker that starts to read before them pays for all of them.
   */
  async survey(database: Queryable): Promise<void> {
    if (this.#surveyed) return;
    // Whoever writes now is done in a moment; nothing is settled before.
    for (let i = 0; i < 20 && this.#settled === 0n && this.#candidate !== undefined; i++) {
      await delay(10);
      await this.#learn(database);
    }
    const settled = this.#settled;
    const { rows } = await database.query<{ shard: number; first: string | null }>(
      `SELECT shard, (SELECT o.id::text FROM outbox o WHERE o.shard = s.shard::smallint ORDER BY o.id LIMIT 1) AS first
       FROM generate_series(0, ${this.#start.length - 1}) AS s(shard)`,
    );
    for (const { shard, first } of rows) {
      if (first === null) this.clear(shard, settled);
      else this.#raiseTo(shard, settled, least(BigInt(first), settled + 1n));
    }
    this.#surveyed = true;
  }

  /** Learns what has settled; at most every 50 ms. */
  async tick(database: Queryable): Promise<void> {
    const now = performance.now();
    if (now < this.#nextTick) return;
    this.#nextTick = now + 50;
    await this.#learn(database);
  }

  async #learn(database: Queryable): Promise<void> {
    // Two statements in this order: the number first, then who may have taken it.
    const sequence = await database.query<{ value: string }>(
      'SELECT (CASE WHEN is_called THEN last_value ELSE 0 END)::text AS value FROM outbox_id_seq',
    );
    const { rows } = await database.query<{ writer: string }>(
      `SELECT virtualtransaction AS writer FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
         AND relation = 'outbox'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    const value = BigInt(sequence.rows[0]?.value ?? 0);
    // Somebody set it back: what is to come lies below the floor.
    if (value < this.#settled) this.reset();
    const writing = new Set(rows.map(({ writer }) => writer));
    if (this.#candidate !== undefined && !this.#candidate.writers.some((writer) => writing.has(writer))) {
      this.#settled = this.#candidate.sequence;
      this.#candidate = undefined;
    }
    if (writing.size === 0) this.#settled = value;
    else this.#candidate ??= { sequence: value, writers: [...writing] };
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
