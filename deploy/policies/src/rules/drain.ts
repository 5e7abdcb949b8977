import { environmentOf } from '../environment.ts';
import type { Overlay, Workload } from '../overlay.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_APPS } from '../services/app-sources.ts';

/** What DRAIN_MS is without being set, in libs/service. */
const DRAIN_DEFAULT_MS = 10_000;
/** What a spot node gives a pod: https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms */
const SPOT_GRACE_S = 15;
/** How long callers and load balancers may go on sending after a pod began to end. */
const NOTICE_S = 4;

/** Whether a pod can end in order in the time it is given. */
export const drain: Rule = {
  name: 'drain',
  why: 'A pod that is killed before it drained drops the calls in flight, at every rollout.',
  check: (overlay) =>
    overlay.lasting
      .filter(({ resource }) => resource.kind === 'Deployment')
      .flatMap((workload) => problems(overlay, workload).map((problem) => `${workload.title} ${problem}`)),
};

function problems(overlay: Overlay, { service, template: { spec }, main }: Workload): string[] {
  const grace = spec.terminationGracePeriodSeconds ?? 30;
  const sleep = main.lifecycle?.preStop?.sleep?.seconds ?? 0;
  const found: string[] = [];
  const needs = sleep + drainSeconds(overlay, service, main);
  if (needs > grace) found.push(`needs up to ${needs} s to end and has ${grace} s of grace`);
  const servesCalls = isOurs(service, false) || service === 'gateway';
  if (servesCalls && sleep < NOTICE_S) found.push(`has a preStop sleep of ${sleep} s, less than ${NOTICE_S} s`);
  const spot = (spec.tolerations ?? []).some(({ key }) => key === 'cloud.google.com/gke-spot');
  if (spot && grace > SPOT_GRACE_S)
    found.push(`may run on spot nodes, which give ${SPOT_GRACE_S} s, and takes ${grace} s`);
  return found;
}

/** Calls in flight may take DRAIN_MS, and then each drain step; two are counted, the others end at once. */
function drainSeconds(overlay: Overlay, service: string, main: Workload['main']): number {
  const { env } = environmentOf(overlay, main);
  if (service === 'gateway') return main.image?.includes('kiban/gateway') ? Number(env['DRAIN_MS'] ?? 5_000) / 1000 : 0;
  if (!isOurs(service)) return 0;
  return (Number(env['DRAIN_DELAY_MS'] ?? 0) + 2 * Number(env['DRAIN_MS'] ?? DRAIN_DEFAULT_MS)) / 1000;
}

/** Commands of an app serve nobody: they drain, but nobody has to notice that they go. */
function isOurs(service: string, commands = true): boolean {
  return SERVICE_APPS.some(({ name, optional }) => name === service && (commands || !optional));
}
