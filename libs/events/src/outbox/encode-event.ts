import { type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { EventDefinition } from '../define-event.ts';
import { uuid7 } from '../uuid7.ts';
import { OutboxError } from './outbox-error.ts';

/** An event ready for the outbox. */
export interface EncodedEvent {
  /** UUIDv7: the identity of the event for ever; the attribute `ce-id`. */
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly payload: Uint8Array;
  /** What the relay cannot derive from the row: ce-type, ce-source, ce-time, traceparent and the caller's own. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Pub/Sub takes 10 MB per request; 9 MiB leaves room for its envelope. */
const MAX_EVENT_BYTES = 9 * 1024 * 1024;
const MAX_KEY_BYTES = 1024;

/** @throws OutboxError `invalid-key`, `event-too-large` */
export function encodeEvent<Desc extends DescMessage>(
  event: EventDefinition<Desc>,
  init: MessageInitShape<Desc>,
  context: { readonly source: string; readonly attributes?: Readonly<Record<string, string>> },
): EncodedEvent {
  const message = event.create(init);
  const key = event.key(message);
  const keyBytes = Buffer.byteLength(key);
  if (keyBytes === 0 || keyBytes > MAX_KEY_BYTES || key.includes('\0')) {
    throw new OutboxError(
      'invalid-key',
      `${event.type} has an ordering key of ${keyBytes} bytes; allowed are 1 to ${MAX_KEY_BYTES} without NUL. ` +
        'Is the field that makes the key set?',
    );
  }
  const attributes = {
    'ce-type': event.type,
    'ce-source': context.source,
    'ce-time': new Date().toISOString(),
    ...context.attributes,
  };
  const payload = toBinary(event.schema, message);
  const size = payload.length + attributeBytes(attributes) + keyBytes;
  if (size > MAX_EVENT_BYTES) {
    throw new OutboxError(
      'event-too-large',
      `${event.type} with key ${key} is ${size.toLocaleString('en')} bytes; an event may have ` +
        `${MAX_EVENT_BYTES.toLocaleString('en')}. Store the content elsewhere and publish its address`,
    );
  }
  return { id: uuid7(), topic: event.topic, key, payload, attributes };
}

function attributeBytes(attributes: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(attributes)) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  return bytes;
}
