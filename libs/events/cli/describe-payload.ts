import { fromBinary, toJson } from '@bufbuild/protobuf';
import '../src/catalog/article-events.ts';
import '../src/catalog/interaction-events.ts';
import '../src/catalog/push-events.ts';
import { findEvent } from '../src/define-event.ts';

/** A payload as JSON when its type is known and it can be read, else as hexadecimal with the reason. */
export function describePayload(attributes: Readonly<Record<string, string>>, payload: Uint8Array): string {
  const type = attributes['ce-type'];
  const event = type === undefined ? undefined : findEvent(type);
  const hex = () => Buffer.from(payload.subarray(0, 256)).toString('hex') + (payload.length > 256 ? '...' : '');
  if (event === undefined) return `${payload.length} bytes of unknown type ${type ?? ''}: ${hex()}`;
  try {
    return JSON.stringify(toJson(event.schema, fromBinary(event.schema, payload)), null, 2);
  } catch (error) {
    return `${payload.length} bytes that are no ${event.type} (${error instanceof Error ? error.message : String(error)}): ${hex()}`;
  }
}
