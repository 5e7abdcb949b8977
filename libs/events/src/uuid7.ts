import { randomFillSync } from 'node:crypto';

/** Of one id. */
const RANDOM_BYTES = 8;
const random = Buffer.alloc(RANDOM_BYTES * 256);
let used = random.length;
let lastMs = 0;
let sequence = 0;

/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, a 12-bit counter that keeps ids of this process ascending within
 * a millisecond, 62 random bits. Inbox tables are partitioned on its time.
 */
export function uuid7(now: number = Date.now()): string {
  if (now > lastMs) {
    lastMs = now;
    sequence = 0;
  } else if (++sequence > 0xfff) {
    // More than 4,096 in a millisecond: borrow the next one.
    lastMs++;
    sequence = 0;
  }
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  const tail = random.toString('hex', used, (used += RANDOM_BYTES));
  const time = lastMs.toString(16).padStart(12, '0');
  const counter = (0x7000 | sequence).toString(16);
  const variant = ((Number.parseInt(tail.slice(0, 1), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${counter}-${variant}${tail.slice(1, 4)}-${tail.slice(4)}`;
}

/** The lowest UUIDv7 of a millisecond: a partition bound. */
export function uuid7Floor(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(text: string | undefined): text is string {
  return text !== undefined && UUID.test(text);
}
