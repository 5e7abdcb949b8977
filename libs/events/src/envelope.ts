import { isUuid } from './uuid7.ts';

/** What a row of an outbox says about its event. */
export interface StoredEvent {
  readonly event_id: string;
  readonly ordering_key: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Pub/Sub attributes of an event in the binary mode of the CloudEvents binding.
 * https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md (names with `ce-`)
 */
export function attributesOf(event: StoredEvent): Record<string, string> {
  return {
    'ce-specversion': '1.0',
    'ce-id': event.event_id,
    'ce-subject': event.ordering_key,
    'content-type': 'application/protobuf',
    ...event.attributes,
  };
}

/** The identity of a received event. */
export interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly time: Date | undefined;
  readonly traceparent: string | undefined;
}

/** @returns the envelope, or what is wrong with it */
export function readEnvelope(attributes: Readonly<Record<string, string>>): Envelope | string {
  const id = attributes['ce-id']?.toLowerCase();
  if (!isUuid(id)) return `attribute ce-id is ${id === undefined ? 'missing' : 'not a UUID'}`;
  const type = attributes['ce-type'];
  if (type === undefined || type === '') return 'attribute ce-type is missing';
  const content = attributes['content-type'];
  if (content !== undefined && content !== 'application/protobuf') {
    return `content-type is ${content}, expected application/protobuf`;
  }
  const at = Date.parse(attributes['ce-time'] ?? '');
  return {
    id,
    type,
    source: attributes['ce-source'] ?? '',
    time: Number.isNaN(at) ? undefined : new Date(at),
    traceparent: attributes['traceparent'],
  };
}
