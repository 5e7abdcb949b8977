import type { Client, Submittable } from 'pg';
import { type Begun, beginPass, parseBegun } from './begin-pass.ts';
import { decodeCopiedRow } from './copied-row.ts';
import { type Heads, MAX_READ_BYTES, type OutboxRow } from './outbox-row.ts';

/** The head of one shard in the columns that `decodeCopiedRow` reads. @see readHeads, which reads several */
function headOf(shard: number, start: bigint, limit: number): string {
  return `COPY (
  SELECT id, event_id, topic, ordering_key, payload, attributes::text, age, attempts, held
  FROM (
    SELECT head.*, keys.held, sum(octet_length(payload)) OVER (ORDER BY head.id ROWS UNBOUNDED PRECEDING) - octet_length(payload) AS bytes_before
    FROM (
      SELECT count(*) > 0 AS some, count(*) FILTER (WHERE retry_at > now()) > 0 AS held FROM outbox_key WHERE shard = ${shard}
    ) AS keys
    CROSS JOIN LATERAL (
      SELECT o.id, o.event_id, o.topic, o.ordering_key, o.payload, o.attributes,
        date_part('epoch', clock_timestamp() - o.created_at) AS age,
        CASE WHEN keys.some THEN (SELECT attempts FROM outbox_key k
          WHERE k.topic = o.topic AND k.ordering_key = o.ordering_key) END AS attempts
      FROM outbox o
      WHERE o.shard = ${shard}::smallint AND o.id >= ${start}::bigint AND current_setting('kiban.shards') <> ''
        AND NOT (keys.held AND EXISTS (SELECT 1 FROM outbox_key k
          WHERE k.topic = o.topic AND k.ordering_key = o.ordering_key AND k.retry_at > now()))
      ORDER BY o.id LIMIT ${limit}
    ) AS head
  ) AS sized
  WHERE bytes_before < ${MAX_READ_BYTES}
  ORDER BY id
) TO STDOUT (FORMAT binary)`;
}

/**
 * One round trip: locks one shard and reads a large batch of it by COPY in its binary format. Text rows spend most of the
 * time of a drain in turning hexadecimal into bytes, on both sides. The transaction stays open.
 */
export function copyHead(client: Client, shard: number, start: bigint, limit: number, pooled: boolean): Promise<Heads> {
  return new Promise((resolve, reject) => {
    const text = beginPass([shard], [start], pooled) + headOf(shard, start, limit);
    client.query(new CopyOut(text, shard, resolve, reject));
  });
}

/** A query of the simple protocol whose last statement is a COPY; pg hands its messages to these methods. */
class CopyOut implements Submittable {
  readonly #text: string;
  readonly #shard: number;
  readonly #resolve: (heads: Heads) => void;
  readonly #reject: (error: Error) => void;
  readonly #rows: OutboxRow[] = [];
  #begun: Begun = { locked: [], empty: [] };
  #first = true;
  #error: Error | undefined;

  constructor(text: string, shard: number, resolve: (heads: Heads) => void, reject: (error: Error) => void) {
    this.#text = text;
    this.#shard = shard;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: { query(text: string): void }): void {
    connection.query(this.#text);
  }

  /** The answer of `beginPass`. */
  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#begun = parseBegun(fields[0], fields[1]);
  }

  /** One message per row, valid only during this call: the bytes belong to the connection's buffer. */
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    try {
      const row = decodeCopiedRow(chunk, this.#first, this.#shard);
      if (row !== undefined) this.#rows.push(row);
    } catch (error) {
      this.#error ??= error instanceof Error ? error : new Error(String(error));
    }
    this.#first = false;
  }

  handleError(error: Error): void {
    this.#error ??= error;
    // Without a connection no ReadyForQuery follows.
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    if (this.#error !== undefined) this.#reject(this.#error);
    else this.#resolve({ ...this.#begun, rows: this.#rows });
  }

  handleRowDescription(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
}
