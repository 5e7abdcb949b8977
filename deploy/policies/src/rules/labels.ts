import type { Labels, LabelSelector, Resource } from '../manifest.ts';
import { NAME, type Overlay, PART_OF, titleOf } from '../overlay.ts';
import { selects } from '../selects.ts';
import type { Rule } from '../rule.ts';

/** Labels that say what an object belongs to, and selectors that find what they are for. */
export const labels: Rule = {
  name: 'labels',
  why: 'Policies, dashboards and clean-up find objects by labels; a selector that finds nothing fails silently.',
  check: (overlay) => [
    ...overlay.resources.flatMap((resource) => missing(resource.metadata.labels, titleOf(resource))),
    ...overlay.workloads.flatMap((workload) => [
      ...missing(workload.labels, `${workload.title} pod template`),
      ...ownSelector(workload.resource, workload.labels),
    ]),
    ...overlay.resources.flatMap((resource) => selectorProblems(resource, overlay)),
  ],
};

function missing(given: Labels | undefined, title: string): string[] {
  const found = given?.[NAME] ? [] : [`${title} has no label ${NAME}`];
  return given?.[PART_OF] === 'kiban' ? found : [...found, `${title} has no label ${PART_OF}: kiban`];
}

function ownSelector({ kind, metadata, spec }: Resource, template: Labels): string[] {
  if (!['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind)) return [];
  return selects(spec?.['selector'] as LabelSelector | undefined, template)
    ? []
    : [`${kind} ${metadata.name} does not select its own pods`];
}

/** Services, budgets, policies and scrapers must select pods that something makes. */
function selectorProblems(resource: Resource, overlay: Overlay): string[] {
  const { kind, spec = {} } = resource;
  const selector: LabelSelector | undefined =
    kind === 'Service'
      ? { matchLabels: spec['selector'] as Labels }
      : kind === 'PodDisruptionBudget' || kind === 'PodMonitoring'
        ? (spec['selector'] as LabelSelector)
        : kind === 'NetworkPolicy'
          ? (spec['podSelector'] as LabelSelector)
          : undefined;
  if (!selector || (kind === 'Service' && (!spec['selector'] || spec['type'] === 'ExternalName'))) return [];
  const found = overlay.workloads.filter((workload) => selects(selector, workload.labels));
  if (found.length === 0) return [`${titleOf(resource)} selects no pod`];
  const exclusive = ['Service', 'PodDisruptionBudget', 'PodMonitoring'].includes(kind);
  const services = new Set(found.map((workload) => workload.resource.metadata.name));
  return exclusive && services.size > 1 ? [`${titleOf(resource)} selects pods of ${[...services].join(' and ')}`] : [];
}
