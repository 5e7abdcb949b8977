import type { OutboxRow } from './outbox-row.ts';

/** Signature, flags and the length of an empty extension, before the first row. */
const HEADER_BYTES = 19;

/**
 * One row of COPY's binary format: the number of columns, then each column's length and bytes in PostgreSQL's send format.
 * https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT
 * @returns undefined for the trailer
 */
export function decodeCopiedRow(chunk: Buffer, first: boolean, shard: number): OutboxRow | undefined {
  let at = first ? HEADER_BYTES : 0;
  const columns = chunk.readInt16BE(at);
  if (columns === -1) return undefined;
  at += 2;
  /** Moves to the next column. @returns its length, -1 for NULL */
  const next = (): number => {
    const length = chunk.readInt32BE(at);
    at += 4 + Math.max(0, length);
    return length;
  };
  const text = (): string => {
    const length = next();
    return chunk.toString('utf8', at - length, at);
  };
  next();
  const id = chunk.readBigInt64BE(at - 8).toString();
  next();
  const hex = chunk.toString('hex', at - 16, at);
  const event_id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  const topic = text();
  const ordering_key = text();
  const length = next();
  const payload = Buffer.from(chunk.subarray(at - length, at));
  const attributes = JSON.parse(text()) as Record<string, string>;
  next();
  const age = chunk.readDoubleBE(at - 8);
  const attempts = next() === -1 ? null : chunk.readInt32BE(at - 4);
  next();
  const held = chunk[at - 1] === 1;
  return { shard, id, event_id, topic, ordering_key, payload, attributes, age, attempts, held };
}
