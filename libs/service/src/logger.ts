import type { LoggerService } from '@nestjs/common';
import { context, isSpanContextValid, trace } from '@opentelemetry/api';
import { currentCall } from '@kiban/grpc';
import { type Logger, pino, type DestinationStream, stdSerializers } from 'pino';
import { requestIdOf } from './tracing/request-propagator.ts';
import { parseTraceparent } from './tracing/traceparent.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  service: string;
  level?: string;
  /** Default: pretty on a terminal when pino-pretty is installed, else JSON. */
  format?: 'json' | 'pretty' | undefined;
  /** Google Cloud project; makes trace names full. */
  project?: string | undefined;
  destination?: DestinationStream;
}

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#logseverity */
const SEVERITY: Record<string, string> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

/** JSON lines that Cloud Logging understands (severity, trace, span), each with service and request id. */
export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const { service, level = 'info', project } = options;
  return pino(
    {
      level,
      messageKey: 'message',
      base: { service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: SEVERITY[label] ?? 'DEFAULT' }) },
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
      mixin: () => callFields(project),
    },
    options.destination ?? (await destination(options.format)),
  );
}

async function destination(format: LoggerOptions['format']): Promise<DestinationStream> {
  const wanted = format ?? (process.stdout.isTTY ? 'pretty' : 'json');
  // Synchronous: the last line before a crash is the one that is needed.
  const plain = () => pino.destination({ fd: 1, sync: true });
  if (wanted === 'json') return plain();
  try {
    const { default: pretty } = await import('pino-pretty');
    return pretty({ messageKey: 'message', levelKey: 'severity', ignore: 'service,hostname', sync: true });
  } catch {
    return plain(); // not installed in images
  }
}

function callFields(project: string | undefined): Record<string, unknown> {
  const call = currentCall();
  const active = trace.getSpanContext(context.active());
  const span = active && isSpanContextValid(active) ? active : parseTraceparent(call?.metadata.get('traceparent')[0]);
  const requestId = call?.requestId ?? requestIdOf(context.active());
  return {
    ...(requestId && { requestId }),
    ...(call && { method: call.method }),
    ...(span && {
      'logging.googleapis.com/trace': project ? `projects/${project}/traces/${span.traceId}` : span.traceId,
      'logging.googleapis.com/spanId': span.spanId,
      'logging.googleapis.com/trace_sampled': (span.traceFlags & 1) === 1,
    }),
  };
}

/** Nest's own lines through our logger; what Nest says about its start is for debugging. */
export function nestLogger(logger: Logger): LoggerService {
  const line =
    (level: 'debug' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...rest: unknown[]) => {
      const context = rest.at(-1);
      const fields = {
        ...(typeof context === 'string' && { context }),
        ...(message instanceof Error && { err: message }),
      };
      logger[level](fields, message instanceof Error ? message.message : String(message));
    };
  return {
    log: line('debug'),
    debug: line('debug'),
    verbose: line('debug'),
    warn: line('warn'),
    error: line('error'),
    fatal: line('fatal'),
  };
}
