import { SpanStatusCode, trace } from '@opentelemetry/api';
import { startTracing } from '@kiban/service/tracing';

/**
 * Runs a job as the root span of a trace of its own and sends it with its transactions before the process ends. Without
 * OTEL_EXPORTER_OTLP_ENDPOINT it only runs the job.
 */
export async function inJobSpan<R>(name: string, env: NodeJS.ProcessEnv, run: () => Promise<R>): Promise<R> {
  const tracing = await startTracing({
    service: 'jobs',
    endpoint: env['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined,
    ratio: Number(env['OTEL_TRACES_SAMPLER_ARG'] || 1),
  });
  try {
    return await trace
      .getTracer('@kiban/jobs')
      .startActiveSpan(`job ${name}`, { attributes: { 'kiban.job.name': name } }, async (span) => {
        try {
          return await run();
        } catch (error) {
          // Not the message: it may quote values. The log line has it.
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      });
  } finally {
    await tracing.stop();
  }
}
