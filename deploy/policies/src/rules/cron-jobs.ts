import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../load.ts';
import type { Resource } from '../manifest.ts';
import type { Overlay } from '../overlay.ts';
import type { Rule } from '../rule.ts';

interface Declared {
  readonly name: string;
  readonly schedule: string;
  readonly timeZone: string;
  readonly command: readonly string[];
}

/** The cron jobs of apps/jobs/jobs.json, all of them and no others, each limited in time and tries. */
export const cronJobs: Rule = {
  name: 'cron-jobs',
  why: 'A job that overlaps itself, runs for ever or is missed for hours is noticed by its damage.',
  check(overlay) {
    const file = readFileSync(join(ROOT, 'apps/jobs/jobs.json'), 'utf8');
    const { jobs } = JSON.parse(file) as { jobs: readonly Declared[] };
    const found = overlay.ofKind('CronJob');
    const strangers = found.filter(({ metadata }) => !jobs.some(({ name }) => name === metadata.name));
    return [
      ...jobs.flatMap((job) => declared(job, overlay)),
      ...strangers.map(({ metadata }) => `CronJob ${metadata.name} is not in apps/jobs/jobs.json`),
      ...found.flatMap((job) => limits(job).map((problem) => `CronJob ${job.metadata.name} ${problem}`)),
    ];
  },
};

function declared({ name, schedule, timeZone, command }: Declared, overlay: Overlay): string[] {
  const workload = overlay.workloads.find(
    ({ resource }) => resource.kind === 'CronJob' && resource.metadata.name === name,
  );
  if (!workload) return [`CronJob ${name} of apps/jobs/jobs.json is missing`];
  const { spec = {} } = workload.resource;
  const found: string[] = [];
  if (spec['schedule'] !== schedule) found.push(`runs at ${String(spec['schedule'])}, jobs.json says ${schedule}`);
  if (spec['timeZone'] !== timeZone)
    found.push(`has time zone ${String(spec['timeZone'])}, jobs.json says ${timeZone}`);
  const args = ['main.mjs', ...command].join(' ');
  if (workload.main.args?.join(' ') !== args) found.push(`does not run ${args}`);
  return found.map((problem) => `CronJob ${name} ${problem}`);
}

interface JobSpec {
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds?: number;
  readonly template?: { readonly spec?: { readonly restartPolicy?: string } };
  readonly podFailurePolicy?: {
    readonly rules?: readonly { readonly action: string; readonly onPodConditions?: readonly { type: string }[] }[];
  };
}

function limits({ spec = {} }: Resource): string[] {
  const found: string[] = [];
  if (spec['concurrencyPolicy'] !== 'Forbid') found.push('may run twice at the same time (concurrencyPolicy Forbid)');
  if (typeof spec['startingDeadlineSeconds'] !== 'number') found.push('has no startingDeadlineSeconds');
  const job = (spec['jobTemplate'] as { spec?: JobSpec } | undefined)?.spec ?? {};
  if (job.activeDeadlineSeconds === undefined) found.push('may run for ever (activeDeadlineSeconds)');
  if (job.backoffLimit === undefined || job.backoffLimit > 6) found.push('is tried too often (backoffLimit)');
  if (job.template?.spec?.restartPolicy !== 'Never') found.push('restarts in its pod: podFailurePolicy needs Never');
  const ignores = job.podFailurePolicy?.rules?.some(
    ({ action, onPodConditions }) =>
      action === 'Ignore' && onPodConditions?.some(({ type }) => type === 'DisruptionTarget'),
  );
  if (!ignores) found.push('counts a node that goes away as its own failure (podFailurePolicy)');
  return found;
}
