import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { K8S, ROOT } from '../paths.ts';

interface JobSpec {
  readonly name: string;
  readonly schedule: string;
  readonly timeZone: string;
  readonly command: readonly string[];
  readonly description: string;
}

interface CronJob {
  metadata: { name: string; annotations: Record<string, string> };
  spec: {
    schedule: string;
    timeZone: string;
    jobTemplate: { spec: { template: { spec: { containers: { args: string[] }[] } } } };
  };
}

/** Where the generated CronJobs lie. */
export const CRON_JOBS = join(K8S, 'apps/jobs/gen/cronjobs.yaml');

/** The CronJobs of apps/jobs/jobs.json, which the local scheduler reads as well, from the template lib/cron-job. */
export function cronJobs(): string {
  const { jobs } = JSON.parse(readFileSync(join(ROOT, 'apps/jobs/jobs.json'), 'utf8')) as { jobs: JobSpec[] };
  const template = readFileSync(join(K8S, 'lib/cron-job/cronjob.yaml'), 'utf8');
  const documents = jobs.map((job) => {
    const resource = parse(template) as CronJob;
    resource.metadata.name = job.name;
    resource.metadata.annotations['kiban.dev/description'] = job.description;
    resource.spec.schedule = job.schedule;
    resource.spec.timeZone = job.timeZone;
    for (const container of resource.spec.jobTemplate.spec.template.spec.containers) {
      container.args = ['main.mjs', ...job.command];
    }
    return stringify(resource, { lineWidth: 0 });
  });
  return `# Generated from apps/jobs/jobs.json and lib/cron-job by: npm run render\n${documents.join('---\n')}`;
}
