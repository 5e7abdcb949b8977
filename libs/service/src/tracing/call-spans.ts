import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type CallObserver, type ClientObserver, Code } from '@kiban/grpc';
import type { Metadata } from '@grpc/grpc-js';
import { withRequestId } from './request-propagator.ts';

/** A span of kind SERVER around each call. https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ */
export function serverSpans(): CallObserver {
  const tracer = trace.getTracer('@kiban/grpc');
  return {
    start(call, method) {
      const caller = propagation.extract(context.active(), call.metadata, { get: first, keys: () => [] });
      const parent = withRequestId(caller, call.requestId);
      const span = tracer.startSpan(
        `${method.parent.typeName}/${method.name}`,
        {
          kind: SpanKind.SERVER,
          attributes: {
            'rpc.system': 'grpc',
            'rpc.service': method.parent.typeName,
            'rpc.method': method.name,
            'kiban.request_id': call.requestId,
          },
        },
        parent,
      );
      const inside = trace.setSpan(parent, span);
      return {
        run: (fn) => context.with(inside, fn),
        end(code, error) {
          span.setAttribute('rpc.grpc.status_code', code);
          if (error && code !== Code.CANCELLED) {
            span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
            if (error.cause instanceof Error) span.recordException(error.cause);
          }
          span.end();
        },
      };
    },
  };
}

/** A span of kind CLIENT around each outgoing call, named in its headers. */
export function clientSpans(): ClientObserver {
  const tracer = trace.getTracer('@kiban/grpc');
  return {
    start(method, metadata) {
      const span = tracer.startSpan(`${method.parent.typeName}/${method.name}`, {
        kind: SpanKind.CLIENT,
        attributes: { 'rpc.system': 'grpc', 'rpc.service': method.parent.typeName, 'rpc.method': method.name },
      });
      propagation.inject(trace.setSpan(context.active(), span), metadata, {
        set: (carrier, key, value) => carrier.set(key, value),
      });
      return {
        end(code) {
          span.setAttribute('rpc.grpc.status_code', code);
          if (code !== 0) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
  };
}

function first(carrier: Metadata, key: string): string | undefined {
  const values = carrier.get(key).filter((value) => typeof value === 'string');
  return values.length ? values.join(',') : undefined;
}
