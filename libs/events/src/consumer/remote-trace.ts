import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Envelope } from '../envelope.ts';
import type { ReceivedMessage } from './dispatcher.ts';

/** Runs a handler in a consumer span whose parent is the producer's; costs nothing while telemetry is off. */
export async function withRemoteTrace<R>(
  envelope: Envelope,
  message: ReceivedMessage,
  run: () => Promise<R>,
): Promise<R> {
  const carrier = envelope.traceparent === undefined ? {} : { traceparent: envelope.traceparent };
  const parent = propagation.extract(context.active(), carrier);
  const attributes = {
    'messaging.system': 'gcp_pubsub',
    'messaging.destination.subscription.name': message.subscription,
    'messaging.message.id': envelope.id,
  };
  const name = `process ${message.subscription}`;
  return trace
    .getTracer('@kiban/events')
    .startActiveSpan(name, { kind: SpanKind.CONSUMER, attributes }, parent, async (span) => {
      try {
        return await run();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
        throw error;
      } finally {
        span.end();
      }
    });
}
