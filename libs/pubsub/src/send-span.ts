import {
  context,
  propagation,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { OutgoingMessage } from './publisher.ts';

const tracer = trace.getTracer('@kiban/pubsub');

/**
 * A span around one publish request, linked to the spans that made its messages. When all of them belong to one trace it
 * is a child of the first, so that the hop shows in the trace of the call that caused it.
 */
export async function inSendSpan<R>(
  topic: string,
  messages: readonly OutgoingMessage[],
  send: () => Promise<R>,
): Promise<R> {
  if (!tracing()) return send();
  const makers = messages.flatMap(({ attributes }) => {
    if (attributes['traceparent'] === undefined) return [];
    return trace.getSpanContext(propagation.extract(ROOT_CONTEXT, attributes)) ?? [];
  });
  const [first] = makers;
  const one = first && makers.every(({ traceId }) => traceId === first.traceId) ? first : undefined;
  const span = tracer.startSpan(
    `send ${topic}`,
    {
      kind: SpanKind.CLIENT,
      links: makers.map((maker) => ({ context: maker })),
      attributes: {
        'messaging.system': 'gcp_pubsub',
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.name': topic,
        'messaging.batch.message_count': messages.length,
      },
    },
    one ? trace.setSpanContext(ROOT_CONTEXT, one) : context.active(),
  );
  try {
    return await send();
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
}

/** Whether spans go anywhere: reading the trace of thousands of messages for nothing would slow a relay down. */
function tracing(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('@kiban/pubsub') !== undefined;
}
