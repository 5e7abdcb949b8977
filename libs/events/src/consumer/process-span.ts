import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReceivedMessage } from './dispatcher.ts';

const tracer = trace.getTracer('@kiban/events');

/**
 * Handles a message in a span of kind CONSUMER whose parent is the one that made the event, with the event's baggage.
 * Without telemetry the handler still runs in the producer's context, so that what it causes can be followed.
 */
export function inProcessSpan<R>(message: ReceivedMessage, run: () => Promise<R>): Promise<R> {
  const { attributes, subscription, orderingKey } = message;
  const producer = propagation.extract(context.active(), attributes);
  return tracer.startActiveSpan(
    `process ${subscription}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'gcp_pubsub',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.subscription.name': subscription,
        'messaging.message.id': attributes['ce-id'],
        'messaging.gcp_pubsub.message.ordering_key': orderingKey,
        'cloudevents.event_type': attributes['ce-type'],
        'kiban.request_id': propagation.getBaggage(producer)?.getEntry('kiban.request_id')?.value,
      },
    },
    producer,
    async (span) => {
      try {
        const outcome = await run();
        span.setAttribute('kiban.event.outcome', String(outcome));
        return outcome;
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
        throw error;
      } finally {
        span.end();
      }
    },
  );
}
