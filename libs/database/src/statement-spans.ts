import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { PoolClient } from 'pg';

const LONGEST_TEXT = 2_048;
const tracer = trace.getTracer('@kiban/database');

/**
 * Spans of kind CLIENT around the statements of a connection, inside a span that is recorded only: polling makes none.
 * The text is the one with $1, $2: values never leave. https://opentelemetry.io/docs/specs/semconv/database/postgresql/
 */
export function traceStatements(client: PoolClient, namespace: string): void {
  const run = client.query.bind(client) as (...args: unknown[]) => unknown;
  const traced = (...args: unknown[]): unknown => {
    if (!trace.getActiveSpan()?.isRecording()) return run(...args);
    const text = textOf(args[0]);
    const operation = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'QUERY';
    const span = tracer.startSpan(`${operation} ${namespace}`, {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system.name': 'postgresql',
        'db.namespace': namespace,
        'db.operation.name': operation,
        'db.query.text': text.slice(0, LONGEST_TEXT),
      },
    });
    const result = run(...args);
    // With a callback or a cursor there is no promise, and nobody to tell us when it ended.
    if (result instanceof Promise) return endWith(span, result);
    span.end();
    return result;
  };
  client.query = traced as PoolClient['query'];
}

/** A span around a transaction, from the wait for its connection to its COMMIT. */
export async function inTransactionSpan<R>(namespace: string, run: () => Promise<R>): Promise<R> {
  if (!trace.getActiveSpan()?.isRecording()) return run();
  const attributes = { 'db.system.name': 'postgresql', 'db.namespace': namespace };
  return tracer.startActiveSpan(`transaction ${namespace}`, { attributes }, (span) => endWith(span, run()));
}

async function endWith<R>(span: Span, work: Promise<R>): Promise<R> {
  try {
    return await work;
  } catch (error) {
    // Not the message: PostgreSQL quotes values in it.
    span.setStatus({ code: SpanStatusCode.ERROR });
    const code = (error as { code?: unknown } | null)?.code;
    if (typeof code === 'string') span.setAttribute('db.response.status_code', code);
    throw error;
  } finally {
    span.end();
  }
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  const text = (query as { text?: unknown } | null)?.text;
  return typeof text === 'string' ? text : '';
}
