import type { Delivery } from '../core/acknowledging.ts';
import { sizeOf } from '../core/message.ts';
import { varintSize, writeVarint } from '../core/wire-format.ts';

const NOTHING = new Uint8Array();

/**
 * Encodes `repeated ReceivedMessage received_messages = 1`, the field that PullResponse and StreamingPullResponse
 * share (ReceivedMessage: ack_id = 1, message = 2, delivery_attempt = 3), by copying the stored messages. `tail` is
 * what follows them, encoded.
 */
export function encodeReceivedMessages(deliveries: readonly Delivery[], tail: Uint8Array = NOTHING): Buffer {
  let total = tail.length;
  const sizes: number[] = [];
  for (const { ackId, entry, attempt } of deliveries) {
    const body = sizeOf(entry.message);
    const size =
      1 +
      varintSize(ackId.length) +
      ackId.length +
      1 +
      varintSize(body) +
      body +
      (attempt > 0 ? 1 + varintSize(attempt) : 0);
    sizes.push(size);
    total += 1 + varintSize(size) + size;
  }
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  for (const [i, { ackId, entry, attempt }] of deliveries.entries()) {
    const { slab, start, end } = entry.message;
    out[at++] = 10;
    at = writeVarint(out, at, sizes[i] as number);
    out[at++] = 10;
    at = writeVarint(out, at, ackId.length);
    at += out.write(ackId, at, 'latin1');
    out[at++] = 18;
    at = writeVarint(out, at, end - start);
    out.set(slab.subarray(start, end), at);
    at += end - start;
    if (attempt > 0) {
      out[at++] = 24;
      at = writeVarint(out, at, attempt);
    }
  }
  out.set(tail, at);
  return out;
}
