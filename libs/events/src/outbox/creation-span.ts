import { context, isSpanContextValid, propagation, SpanKind, trace } from '@opentelemetry/api';
import type { EventDefinition } from '../define-event.ts';
import type { EncodedEvent } from './encode-event.ts';

const tracer = trace.getTracer('@kiban/events');

/**
 * Makes an event in a span of kind PRODUCER, which the relay's and the consumer's spans refer to: `traceparent` and
 * `baggage` travel with the event. https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export function inCreationSpan(
  { topic, type }: EventDefinition,
  make: (attributes: Record<string, string>) => EncodedEvent,
): EncodedEvent {
  const attributes: Record<string, string> = {};
  const span = tracer.startSpan(`create ${topic}`, {
    kind: SpanKind.PRODUCER,
    attributes: {
      'messaging.system': 'gcp_pubsub',
      'messaging.operation.name': 'create',
      'messaging.operation.type': 'create',
      'messaging.destination.name': topic,
      'cloudevents.event_type': type,
    },
  });
  try {
    // While no spans are made there is still the context that the caller sent.
    const here = isSpanContextValid(span.spanContext()) ? trace.setSpan(context.active(), span) : context.active();
    propagation.inject(here, attributes);
    const event = make(attributes);
    span.setAttribute('messaging.message.id', event.id);
    return event;
  } finally {
    span.end();
  }
}
