import { crc32 } from 'node:zlib';

/** One record: u32 length of what follows the checksum, u32 crc32 of it, u8 kind, payload. Little endian. */
export const RecordKind = {
  /** JSON: a resource set or deleted, a backlog replaced. */
  fact: 1,
  /** Messages published to a topic, to be offered to its subscriptions. */
  published: 2,
  /** Messages kept by a checkpoint, offered to nobody. */
  kept: 3,
  /** Messages a subscription is done with. */
  settled: 4,
  /** Failed deliveries of messages under a dead-letter policy: pairs of seq and count. */
  attempts: 5,
} as const;

export const HEADER = 8;

export function encodeRecord(kind: number, payload: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.of(kind), ...payload]);
  const out = Buffer.allocUnsafe(HEADER + body.length);
  out.writeUInt32LE(body.length, 0);
  out.writeUInt32LE(crc32(body), 4);
  body.copy(out, HEADER);
  return out;
}

export interface Record {
  readonly kind: number;
  readonly payload: Buffer;
  /** Where the next one begins. */
  readonly end: number;
}

/** The record at `at`; undefined when it goes beyond the end; 'torn' when its checksum is wrong. */
export function readRecord(log: Buffer, at: number): Record | 'torn' | undefined {
  if (at + HEADER > log.length) return undefined;
  const length = log.readUInt32LE(at);
  if (length === 0) return 'torn';
  const end = at + HEADER + length;
  if (end > log.length) return undefined;
  const body = log.subarray(at + HEADER, end);
  if (crc32(body) !== log.readUInt32LE(at + 4)) return 'torn';
  return { kind: body[0] as number, payload: body.subarray(1), end };
}
