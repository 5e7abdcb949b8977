import { NAME, type Overlay, titleOf } from '../overlay.ts';
import type { Resource } from '../manifest.ts';
import type { Rule } from '../rule.ts';

/** What a service may bring. */
const OF_SERVICES = new Set([
  'ConfigMap',
  'CronJob',
  'Deployment',
  'HorizontalPodAutoscaler',
  'Job',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'PodMonitoring',
  'Role',
  'RoleBinding',
  'Secret',
  'Service',
  'ServiceAccount',
]);
/** Who brings what else: by the label app.kubernetes.io/name. */
const BESIDES: Readonly<Record<string, readonly string[]>> = {
  platform: ['LimitRange', 'Namespace', 'ResourceQuota'],
  gateway: ['GCPBackendPolicy', 'GCPGatewayPolicy', 'Gateway', 'HTTPRoute', 'HealthCheckPolicy'],
  postgres: ['StatefulSet'],
};
const GOOGLE = /(^|\.)(gke\.io|googleapis\.com|cloud\.google\.com)\//;
/** Overlays for clusters that are not Google's. */
const NOT_GOOGLE = ['local', 'plain'];

/** Only kinds that somebody decided to have, from those who may bring them. */
export const kinds: Rule = {
  name: 'kinds',
  why: 'A kind that slips in, a LoadBalancer or a ClusterRole for example, opens what nobody looked at.',
  check: (overlay) => overlay.resources.flatMap((resource) => problems(resource, overlay)),
};

function problems(resource: Resource, overlay: Overlay): string[] {
  const { apiVersion, kind, metadata, spec = {} } = resource;
  const owner = metadata.labels?.[NAME] ?? '';
  const title = titleOf(resource);
  const notGoogle = overlay.parts.some((part) => NOT_GOOGLE.includes(part));
  const found: string[] = [];
  if (!OF_SERVICES.has(kind) && !BESIDES[owner]?.includes(kind))
    found.push(`${title} is a kind that ${owner} may not own`);
  if (notGoogle && GOOGLE.test(apiVersion)) found.push(`${title} is a kind of Google's`);
  if (/alpha|beta/.test(apiVersion)) found.push(`${title} uses ${apiVersion}, which clusters drop`);
  if (kind === 'Service' && ['LoadBalancer', 'NodePort'].includes(String(spec['type']))) {
    found.push(`${title} opens the cluster by type ${String(spec['type'])}: the Gateway is the only way in`);
  }
  if (kind === 'Secret' && !notGoogle) found.push(`${title} is in the repository`);
  return found;
}
