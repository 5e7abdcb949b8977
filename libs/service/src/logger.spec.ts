import { describe, expect, test } from '@jest/globals';
import { context, propagation, trace } from '@opentelemetry/api';
import { createLogger, nestLogger } from './logger.ts';
import { startTracing } from './tracing/start-tracing.ts';

async function linesOf(write: (logger: Awaited<ReturnType<typeof createLogger>>) => void, project?: string) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  write(await createLogger({ service: 'demo', level: 'trace', project, destination }));
  return lines;
}

// https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields
describe('a log line is what Cloud Logging understands', () => {
  test('its level is a severity, and its text the message', async () => {
    const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
    const lines = await linesOf((logger) => levels.forEach((level) => logger[level](`at ${level}`)));
    expect(lines.map(({ severity, message }) => [severity, message])).toEqual([
      ['DEBUG', 'at trace'],
      ['DEBUG', 'at debug'],
      ['INFO', 'at info'],
      ['WARNING', 'at warn'],
      ['ERROR', 'at error'],
      ['CRITICAL', 'at fatal'],
    ]);
    expect(lines[0]).toMatchObject({ service: 'demo', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) });
    expect(lines[0]).not.toHaveProperty('level');
  });

  test('it names the trace and the span that it was written in, and the request by the baggage', async () => {
    await startTracing({ service: 'demo' });
    const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    const baggage = propagation.createBaggage({ 'kiban.request_id': { value: 'r-1' } });
    const inside = propagation.setBaggage(trace.setSpanContext(context.active(), spanContext), baggage);
    const [line] = await linesOf((logger) => context.with(inside, () => logger.info('traced')), 'my-project');
    expect(line).toMatchObject({
      requestId: 'r-1',
      'logging.googleapis.com/trace': `projects/my-project/traces/${spanContext.traceId}`,
      'logging.googleapis.com/spanId': spanContext.spanId,
      'logging.googleapis.com/trace_sampled': true,
    });
    const [outside] = await linesOf((logger) => logger.info('alone'));
    expect(Object.keys(outside ?? {}).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'message',
      'service',
      'severity',
      'time',
    ]);
  });

  test('an error is whole, its causes too, and Nest writes the same lines', async () => {
    const error = new Error('outer', { cause: new Error('the disk is on fire') });
    const [own, nest] = await linesOf((logger) => {
      logger.error({ err: error }, 'failed');
      nestLogger(logger).error(error, 'Context');
    });
    expect(own).toMatchObject({
      severity: 'ERROR',
      err: { message: 'outer', stack: expect.stringContaining('logger.spec') },
    });
    expect(JSON.stringify(own)).toContain('the disk is on fire');
    expect(nest).toMatchObject({ severity: 'ERROR', message: 'outer', context: 'Context' });
  });
});
