import { invalid } from './errors.ts';
import type { StoredMessage } from './message.ts';
import { Reader, writeVarint } from './wire-format.ts';

// google.pubsub.v1.PubsubMessage: data = 1, attributes = 2, message_id = 3, publish_time = 4, ordering_key = 5
const DATA = 1;
const ATTRIBUTES = 2;
const MESSAGE_ID = 3;
const PUBLISH_TIME = 4;
const ORDERING_KEY = 5;

/** https://cloud.google.com/pubsub/quotas#resource_limits */
const LIMITS = { orderingKey: 1024, attributes: 100, attributeKey: 256, attributeValue: 1024, message: 10_000_000 };

/** An encoded message of a publish request: a range of it, and what the core needs to know. */
export interface RawMessage {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly orderingKey: string;
  /** Parts to keep when the publisher set message_id or publish_time, which only the service may set. */
  readonly keep: readonly (readonly [number, number])[] | undefined;
  /** Encoded fields the service adds, such as the attributes that name the schema. */
  readonly extra?: Uint8Array;
}

/** Reads one encoded PubsubMessage and checks it against the limits; `index` is its place in the request. */
export function scanMessage(bytes: Uint8Array, start: number, end: number, index: number): RawMessage {
  const reader = new Reader(bytes, start, end);
  let orderingKey = '';
  let dataLength = 0;
  let attributes = 0;
  let foreign = false;
  const parts: [number, number][] = [];
  while (!reader.done()) {
    const from = reader.position;
    const field = reader.tag();
    if (field === DATA && reader.isBytes()) {
      dataLength = reader.length();
      reader.position += dataLength;
    } else if (field === ATTRIBUTES && reader.isBytes()) {
      const length = reader.length();
      checkAttribute(bytes, reader.position, reader.position + length, index);
      reader.position += length;
      attributes++;
    } else if (field === ORDERING_KEY && reader.isBytes()) {
      const length = reader.length();
      if (length > LIMITS.orderingKey) {
        throw invalid(
          `messages[${index}].ordering_key has ${length} bytes; at most ${LIMITS.orderingKey} are allowed.`,
        );
      }
      orderingKey = reader.string(length);
    } else {
      foreign ||= field === MESSAGE_ID || field === PUBLISH_TIME;
      reader.skip();
      if (field === MESSAGE_ID || field === PUBLISH_TIME) continue;
    }
    parts.push([from, reader.position]);
  }
  if (dataLength === 0 && attributes === 0) {
    throw invalid(`messages[${index}] is empty: a message must have non-empty data or at least one attribute.`);
  }
  if (attributes > LIMITS.attributes) {
    throw invalid(`messages[${index}] has ${attributes} attributes; at most ${LIMITS.attributes} are allowed.`);
  }
  if (dataLength > LIMITS.message) {
    throw invalid(`messages[${index}].data has ${dataLength} bytes; at most ${LIMITS.message} are allowed.`);
  }
  return { bytes, start, end, orderingKey, keep: foreign ? parts : undefined };
}

function checkAttribute(bytes: Uint8Array, start: number, end: number, index: number): void {
  const reader = new Reader(bytes, start, end);
  let keyLength = 0;
  while (!reader.done()) {
    const field = reader.tag();
    if (!reader.isBytes() || field > 2) {
      reader.skip();
      continue;
    }
    const length = reader.length();
    if (field === 1) {
      keyLength = length;
      const key = reader.string(length);
      if (length > LIMITS.attributeKey) {
        throw invalid(`messages[${index}] has an attribute key of ${length} bytes; at most 256 are allowed.`);
      }
      if (key.startsWith('goog') && !key.startsWith('googclient_')) {
        throw invalid(`messages[${index}] has the attribute key "${key}"; keys must not start with "goog".`);
      }
    } else {
      if (length > LIMITS.attributeValue) {
        throw invalid(`messages[${index}] has an attribute value of ${length} bytes; at most 1024 are allowed.`);
      }
      reader.position += length;
    }
  }
  if (keyLength === 0) throw invalid(`messages[${index}] has an attribute with an empty key.`);
}

/** What the service adds to each message: its id and publish time, encoded. */
function stamp(id: string, publishMs: number): Buffer {
  const seconds = Math.floor(publishMs / 1000);
  const nanos = Math.round((publishMs - seconds * 1000) * 1e6);
  const out = Buffer.allocUnsafe(2 + id.length + 2 + 16);
  let at = 0;
  out[at++] = (MESSAGE_ID << 3) | 2;
  out[at++] = id.length;
  at += out.write(id, at, 'latin1');
  out[at++] = (PUBLISH_TIME << 3) | 2;
  const lengthAt = at++;
  out[at++] = 8;
  at = writeVarint(out, at, seconds);
  if (nanos > 0) {
    out[at++] = 16;
    at = writeVarint(out, at, nanos);
  }
  out[lengthAt] = at - lengthAt - 1;
  return out.subarray(0, at);
}

/** Encodes the messages of one publish request with their ids (`idOf`) and time into one buffer. */
export function storeMessages(
  raws: readonly RawMessage[],
  firstSeq: number,
  publishMs: number,
  idOf: (seq: number) => string,
): StoredMessage[] {
  const stamps = raws.map((raw, i) => {
    const own = stamp(idOf(firstSeq + i), publishMs);
    return raw.extra ? Buffer.concat([own, raw.extra]) : own;
  });
  let total = 0;
  for (let i = 0; i < raws.length; i++) {
    const raw = raws[i] as RawMessage;
    total += raw.end - raw.start + (stamps[i] as Buffer).length;
  }
  const slab = new Uint8Array(total);
  let at = 0;
  return raws.map((raw, i) => {
    const start = at;
    for (const [from, to] of raw.keep ?? [[raw.start, raw.end] as const]) {
      slab.set(raw.bytes.subarray(from, to), at);
      at += to - from;
    }
    slab.set(stamps[i] as Buffer, at);
    at += (stamps[i] as Buffer).length;
    return { seq: firstSeq + i, publishMs, orderingKey: raw.orderingKey, slab, start, end: at };
  });
}

/** The data of an encoded message. */
export function dataOf(raw: RawMessage): Uint8Array {
  const reader = new Reader(raw.bytes, raw.start, raw.end);
  while (!reader.done()) {
    if (reader.tag() === DATA && reader.isBytes()) {
      const length = reader.length();
      return raw.bytes.subarray(reader.position, reader.position + length);
    }
    reader.skip();
  }
  return new Uint8Array();
}
