import type { Publisher } from '@kiban/pubsub';
import type { Client } from 'pg';
import { copyHead } from './copy-head.ts';
import type { Floor } from './floor.ts';
import type { OutboxRow } from './outbox-row.ts';
import { type BatchResult, isOutage, publishBatch } from './publish-batch.ts';
import { readHeads } from './read-heads.ts';
import { rememberFailures, type RetryTimes } from './remember-failures.ts';
import type { Turn } from './shard-queue.ts';

export interface PassOptions {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly deadLetters: (topic: string) => boolean;
  /** Events per transaction. */
  readonly batch: number;
  readonly retryMs: RetryTimes;
  /** The connection changes from transaction to transaction: nothing may be prepared or set on it. */
  readonly pooled: boolean;
}

/** What became of one shard. */
export interface ShardResult extends BatchResult {
  readonly shard: number;
  /** Seconds from the read to the end of publishing, to be added to the rows' age. */
  readonly seconds: number;
  /** As many rows as were asked for: there are probably more. */
  readonly full: boolean;
}

/**
 * One transaction on some shards: lock, read the heads, publish, delete what was acknowledged, remember what was not.
 * Whoever dies in between leaves the rows where they were.
 * @param onLocked told which shards it is about; the others of the turn are free again
 */
export async function passShards(
  client: Client,
  turn: Turn,
  floor: Floor,
  options: PassOptions,
  onLocked: (shards: readonly number[]) => void,
): Promise<ShardResult[]> {
  const { batch, pooled } = options;
  const { settled } = floor;
  const starts = turn.shards.map((shard) => floor.of(shard));
  const limit = turn.deep ? batch : Math.max(1, Math.floor(batch / turn.shards.length));
  const heads = turn.deep
    ? await copyHead(client, turn.shards[0] ?? 0, starts[0] ?? 0n, limit, pooled)
    : await readHeads(client, turn.shards, starts, limit, pooled);
  for (const shard of heads.empty) floor.clear(shard, settled);
  onLocked(heads.locked);
  if (heads.rows.length === 0) {
    await client.query('ROLLBACK');
    return [];
  }
  const readAt = performance.now();
  const result = await publishBatch(heads.rows, options.publisher, options.deadLetters);
  const seconds = (performance.now() - readAt) / 1000;

  const shards = Map.groupBy(heads.rows, (row) => row.shard);
  const results: ShardResult[] = [];
  const deletes: string[] = [];
  for (const [shard, rows] of shards) {
    const own = shards.size === 1 ? result : partOf(result, shard);
    if (!isOutage(own)) await rememberFailures(client, shard, own, options.retryMs);
    const ids = [...own.published, ...own.dead.map((entry) => entry.row)].map((row) => row.id);
    // Numbers from the database's own bigint column: safe to write into the text, and one round trip fewer.
    if (ids.length > 0) deletes.push(`DELETE FROM outbox WHERE shard = ${shard} AND id = ANY('{${ids.join(',')}}'); `);
    results.push({ ...own, shard, seconds, full: rows.length >= limit });
  }
  await client.query(`${deletes.join('')}COMMIT`);
  for (const own of results) raiseFloor(floor, settled, own, shards.get(own.shard) ?? []);
  return results;
}

function raiseFloor(floor: Floor, settled: bigint, own: ShardResult, rows: readonly OutboxRow[]): void {
  const last = rows.at(-1);
  if (last === undefined || last.held) return;
  const gone = new Set([...own.published, ...own.dead.map((entry) => entry.row)]);
  const left = gone.size === rows.length ? undefined : rows.find((row) => !gone.has(row));
  floor.raise(own.shard, settled, BigInt(last.id), left === undefined ? undefined : BigInt(left.id));
}

function partOf(result: BatchResult, shard: number): BatchResult {
  return {
    published: result.published.filter((row) => row.shard === shard),
    failed: result.failed.filter((entry) => entry.row.shard === shard),
    dead: result.dead.filter((entry) => entry.row.shard === shard),
  };
}
