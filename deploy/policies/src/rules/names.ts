import { type Overlay, titleOf } from '../overlay.ts';
import type { Rule } from '../rule.ts';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** A CronJob's pods get 11 characters more. */
const LONGEST: Readonly<Record<string, number>> = { CronJob: 52, Job: 52, Deployment: 52, Service: 63 };
const CLUSTER_WIDE = ['Namespace'];

/** Names that every kind takes, once each, all in one namespace. */
export const names: Rule = {
  name: 'names',
  why: 'A name that is too long or taken twice is refused in the middle of a rollout.',
  check: (overlay) => [...each(overlay), ...twice(overlay), ...namespaces(overlay)],
};

function each(overlay: Overlay): string[] {
  return overlay.resources.flatMap((resource) => {
    const { name } = resource.metadata;
    const longest = LONGEST[resource.kind] ?? 63;
    if (name.length > longest)
      return [`${titleOf(resource)} has a name of ${name.length} characters, at most ${longest}`];
    return LABEL.test(name) ? [] : [`${titleOf(resource)} has a name other than a-z, 0-9 and -`];
  });
}

function twice(overlay: Overlay): string[] {
  const seen = new Set<string>();
  return overlay.resources.flatMap((resource) => {
    const key = `${resource.apiVersion.split('/')[0]} ${titleOf(resource)} ${resource.metadata.namespace}`;
    if (seen.has(key)) return [`${titleOf(resource)} is there twice`];
    seen.add(key);
    return [];
  });
}

function namespaces(overlay: Overlay): string[] {
  const namespaced = overlay.resources.filter(({ kind }) => !CLUSTER_WIDE.includes(kind));
  const missing = namespaced.filter(({ metadata }) => !metadata.namespace);
  const found = [...new Set(namespaced.flatMap(({ metadata }) => metadata.namespace ?? []))];
  return [
    ...missing.map((resource) => `${titleOf(resource)} has no namespace`),
    ...(found.length > 1 ? [`Namespace ${found.join(' and ')}: one overlay writes to one namespace`] : []),
  ];
}
