import type { LabelSelector, Resource } from '../manifest.ts';
import type { Overlay, Workload } from '../overlay.ts';
import { selects } from '../selects.ts';
import type { Rule } from '../rule.ts';

const SPREAD = ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'];
/** Run as one pod each; no user waits for them. */
const ALONE = ['postgres', 'prescale', 'pubsub'];

/** Two pods at least, apart from each other, of which a drain takes one at a time and a rollout none. */
export const availability: Rule = {
  name: 'availability',
  why: 'One pod, or two on one node, is an outage at the next node upgrade.',
  check: (overlay) =>
    overlay.lasting
      .filter(({ service }) => !ALONE.includes(service))
      .flatMap((workload) =>
        [
          ...autoscaler(overlay, workload),
          ...budget(overlay, workload),
          ...rollout(workload.resource),
          ...spread(workload),
        ].map((problem) => `${workload.title} ${problem}`),
      ),
};

function autoscaler(overlay: Overlay, { resource, template }: Workload): string[] {
  const { name } = resource.metadata;
  const hpa = overlay.ofKind('HorizontalPodAutoscaler').find(({ spec }) => {
    const target = spec?.['scaleTargetRef'] as { kind?: string; name?: string } | undefined;
    return target?.kind === resource.kind && target.name === name;
  });
  if (!hpa) return ['has no autoscaler'];
  const spec = hpa.spec as { minReplicas?: number; maxReplicas: number; metrics?: readonly Metric[] };
  const found: string[] = [];
  if ((spec.minReplicas ?? 1) < 2) found.push(`autoscaler's minReplicas is ${spec.minReplicas ?? 1}, less than 2`);
  if (spec.maxReplicas <= (spec.minReplicas ?? 1)) found.push("autoscaler's maxReplicas leaves no room");
  const containers = template.spec.containers.map((container) => container.name);
  const cpu = (spec.metrics ?? []).find(({ containerResource }) => containerResource?.name === 'cpu');
  if (!cpu) found.push('autoscaler does not go by the CPU of a container');
  else if (!containers.includes(cpu.containerResource?.container ?? '')) {
    found.push(`autoscaler goes by container ${cpu.containerResource?.container}, which is not there`);
  }
  if (resource.spec?.['replicas'] !== undefined) found.push('sets replicas, which its autoscaler owns');
  return found;
}

interface Metric {
  readonly containerResource?: { readonly name: string; readonly container: string };
}

function budget(overlay: Overlay, { labels }: Workload): string[] {
  const budgets = overlay
    .ofKind('PodDisruptionBudget')
    .filter(({ spec }) => selects(spec?.['selector'] as LabelSelector | undefined, labels));
  if (budgets.length !== 1) return [`has ${budgets.length || 'no'} disruption budget${budgets.length > 1 ? 's' : ''}`];
  const spec = budgets[0]?.spec ?? {};
  const found: string[] = [];
  if (spec['maxUnavailable'] !== 1) found.push("disruption budget's maxUnavailable is not 1");
  if (spec['unhealthyPodEvictionPolicy'] !== 'AlwaysAllow') {
    found.push('disruption budget lets a broken pod hold up a drain (unhealthyPodEvictionPolicy AlwaysAllow)');
  }
  return found;
}

function rollout({ spec = {} }: Resource): string[] {
  const strategy = spec['strategy'] as { type?: string; rollingUpdate?: Record<string, unknown> } | undefined;
  const { maxUnavailable, maxSurge } = strategy?.rollingUpdate ?? {};
  if (strategy?.type !== undefined && strategy.type !== 'RollingUpdate') return [`rolls out by ${strategy.type}`];
  const found: string[] = [];
  if (maxUnavailable !== 0 && maxUnavailable !== '0%') found.push("rollout's maxUnavailable is not 0");
  if (maxSurge === 0 || maxSurge === '0%') found.push("rollout's maxSurge is 0");
  return found;
}

function spread({ template, labels }: Workload): string[] {
  const constraints = template.spec.topologySpreadConstraints ?? [];
  return SPREAD.filter(
    (key) => !constraints.some((each) => each.topologyKey === key && selects(each.labelSelector, labels)),
  ).map((key) => `is not spread over ${key}`);
}
