import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import type { EventDefinition } from '../define-event.ts';
import type { MemoryBroker } from './memory-broker.ts';

/** The events of one kind that a broker accepted, decoded, in order; for assertions. Duplicates are left out. */
export function publishedEvents<Desc extends DescMessage>(
  broker: Pick<MemoryBroker, 'accepted'>,
  event: EventDefinition<Desc>,
): MessageShape<Desc>[] {
  const seen = new Set<string>();
  const events: MessageShape<Desc>[] = [];
  for (const message of broker.accepted) {
    const id = message.attributes['ce-id'] ?? '';
    if (message.attributes['ce-type'] !== event.type || seen.has(id)) continue;
    seen.add(id);
    events.push(fromBinary(event.schema, message.data));
  }
  return events;
}
