import type { Resource } from '../manifest.ts';
import type { Rule } from '../rule.ts';
import type { AppConfiguration } from '../services/definitions.ts';

/** A service that has a command `migrate` has a Job that runs it, from the image that will be rolled out. */
export function migrations(apps: ReadonlyMap<string, AppConfiguration>): Rule {
  return {
    name: 'migrations',
    why: 'Migrations that run in the pods race each other and keep a rollout from starting.',
    check: (overlay) =>
      overlay.lasting.flatMap(({ title, service, main }) => {
        if (!apps.get(service)?.commands.includes('migrate')) return [];
        const job = overlay.find('Job', `${service}-migrate`);
        if (!job) return [`${title} has no Job ${service}-migrate`];
        const own = overlay.workloads.find(({ resource }) => resource === job)?.main;
        const found: string[] = [];
        if (own?.image !== main.image) found.push(`runs ${own?.image} and the rollout ${main.image}`);
        if (own?.args?.join(' ') !== 'main.mjs migrate') found.push('does not run main.mjs migrate');
        const databases = (container: typeof main | undefined) =>
          (container?.env ?? []).filter(({ name }) => name.startsWith('DATABASE_URL_')).map(({ name }) => name);
        if (databases(own).toString() !== databases(main).toString()) found.push(`has other databases than ${service}`);
        const onStart = main.env?.find(({ name }) => name === 'MIGRATE_ON_START')?.value;
        if (onStart && !/^(0|false|no|off)$/.test(onStart))
          found.push(`is not alone: ${service} migrates on start, too`);
        return [...found, ...limits(job)].map((problem) => `Job ${job.metadata.name} ${problem}`);
      }),
  };
}

function limits({ metadata, spec = {} }: Resource): string[] {
  const found: string[] = [];
  if (typeof spec['activeDeadlineSeconds'] !== 'number') found.push('may run for ever');
  if (typeof spec['backoffLimit'] !== 'number') found.push('does not say how often it is tried');
  if (metadata.labels?.['kiban.dev/step'] !== 'migrate') found.push('lacks the label kiban.dev/step: migrate');
  return found;
}
