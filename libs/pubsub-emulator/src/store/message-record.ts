import type { StoredMessage } from '../core/message.ts';
import { Reader } from '../core/wire-format.ts';

const PER_MESSAGE = 16;

/** Messages as they lie in memory: u16 length of the topic, topic, u32 count, then seq, time and length of each, bodies. */
export function encodeMessages(topic: string, messages: readonly StoredMessage[]): Uint8Array[] {
  const name = Buffer.from(topic);
  const head = Buffer.allocUnsafe(2 + name.length + 4 + messages.length * PER_MESSAGE);
  head.writeUInt16LE(name.length, 0);
  name.copy(head, 2);
  let at = head.writeUInt32LE(messages.length, 2 + name.length);
  for (const { seq, publishMs, start, end } of messages) {
    at = head.writeUInt32LE(seq, at);
    at = head.writeDoubleLE(publishMs, at);
    at = head.writeUInt32LE(end - start, at);
  }
  return [head, ...messages.map(({ slab, start, end }) => slab.subarray(start, end))];
}

export function decodeMessages(payload: Buffer): { topic: string; messages: StoredMessage[] } {
  const nameEnd = 2 + payload.readUInt16LE(0);
  const topic = payload.toString('utf8', 2, nameEnd);
  const count = payload.readUInt32LE(nameEnd);
  let at = nameEnd + 4;
  // A copy: the log was read whole and must not stay in memory for one message of it.
  const slab = Uint8Array.prototype.slice.call(payload, at + count * PER_MESSAGE);
  let start = 0;
  const messages: StoredMessage[] = [];
  for (let i = 0; i < count; i++, at += PER_MESSAGE) {
    const end = start + payload.readUInt32LE(at + 12);
    const orderingKey = orderingKeyOf(slab, start, end);
    messages.push({
      seq: payload.readUInt32LE(at),
      publishMs: payload.readDoubleLE(at + 4),
      orderingKey,
      slab,
      start,
      end,
    });
    start = end;
  }
  return { topic, messages };
}

/** PubsubMessage.ordering_key = 5 */
function orderingKeyOf(slab: Uint8Array, start: number, end: number): string {
  const reader = new Reader(slab, start, end);
  while (!reader.done()) {
    if (reader.tag() === 5 && reader.isBytes()) return reader.string(reader.length());
    reader.skip();
  }
  return '';
}

/** A name and numbers: u16 length, name, u32 each. */
export function encodeNumbers(name: string, numbers: readonly number[]): Buffer {
  const bytes = Buffer.from(name);
  const out = Buffer.allocUnsafe(2 + bytes.length + 4 * numbers.length);
  out.writeUInt16LE(bytes.length, 0);
  bytes.copy(out, 2);
  let at = 2 + bytes.length;
  for (const value of numbers) at = out.writeUInt32LE(value, at);
  return out;
}

export function decodeNumbers(payload: Buffer): { name: string; numbers: number[] } {
  const end = 2 + payload.readUInt16LE(0);
  const numbers: number[] = [];
  for (let at = end; at < payload.length; at += 4) numbers.push(payload.readUInt32LE(at));
  return { name: payload.toString('utf8', 2, end), numbers };
}
