import { catalogue } from './catalogue.ts';
import type { Job } from './job.ts';
import { inJobSpan } from './job-span.ts';
import { runJob } from './run-job.ts';

/** One JSON line in the shape that Cloud Logging reads. */
function log(severity: 'INFO' | 'ERROR', message: string, more: Record<string, unknown> = {}): void {
  const line = { severity, time: new Date().toISOString(), service: 'jobs', message, ...more };
  (severity === 'ERROR' ? process.stderr : process.stdout).write(`${JSON.stringify(line)}\n`);
}

const [name = ''] = process.argv.slice(2);
const job = catalogue.get(name) ?? (await unscheduled(name));
if (name === 'prescale') {
  // The one that stays: it brings a service's health, metrics and drain, which a job does without, and does not load.
  await import('reflect-metadata');
  const { bootstrapService } = await import('@kiban/service');
  const { prescale } = await import('./prescale/prescale.service.ts');
  process.argv.splice(2, 1); // a service takes what follows its file for a command of its own
  await bootstrapService(prescale);
} else if (!job) {
  const known = [...catalogue.keys(), 'apply-topology', 'prescale'].join(', ');
  log(
    'ERROR',
    `unknown job ${JSON.stringify(name)}: run one of ${known}, for example node main.mjs events-maintenance`,
  );
  process.exitCode = 1;
} else {
  const started = performance.now();
  const spent = () => ({ job: name, durationMs: Math.round(performance.now() - started) });
  try {
    const report = await inJobSpan(name, process.env, () => runJob(name, job, process.env));
    log('INFO', `${name} done`, { ...spent(), ...report });
  } catch (error) {
    log('ERROR', `${name} failed: ${error instanceof Error ? error.message : String(error)}`, spent());
    process.exitCode = 1;
  }
}

/** What is run before a rollout and by hand, and needs no more than this when it is asked for. */
async function unscheduled(which: string): Promise<Job | undefined> {
  if (which !== 'apply-topology') return undefined;
  const { applyTopologyJob } = await import('./topology/apply-topology-job.ts');
  return () => applyTopologyJob(process.env);
}
