import { ClusterError } from '../cluster-error.ts';
import type { KubeObject } from '../cluster/api.ts';
import { type Edge, edgeOf } from './entry.ts';
import { kubectl } from './kubectl.ts';

/** What a developer's namespace takes over from the shared one. */
export interface Shared {
  readonly namespace: string;
  /** Its kiban-env: Kustomize adds a hash to the ConfigMap's name. */
  readonly env: Readonly<Record<string, string>>;
  /** The keys that verify tokens, where they do not come from a URL. */
  readonly keys: Readonly<Record<string, string>> | undefined;
  /** Its own gateway's pods; undefined where another one stands in front, such as ESPv2. */
  readonly gateway: PodTemplate | undefined;
  /** What stands in front of it; undefined where nothing does that takes routes. */
  readonly edge: Edge | undefined;
  /** The image that holds the jobs. */
  readonly jobsImage: string | undefined;
}

export interface PodTemplate {
  metadata: { labels?: Record<string, string>; [more: string]: unknown };
  spec: { containers: Container[]; serviceAccountName?: string; [more: string]: unknown };
}

export interface Container {
  image: string;
  env?: { name: string; value?: string }[];
  envFrom?: object[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  [more: string]: unknown;
}

/** Looks at the shared namespace. @throws ClusterError when it is not one */
export function lookAtShared(namespace: string): Shared {
  const list = (kind: string) =>
    (JSON.parse(kubectl(['-n', namespace, 'get', kind, '-o', 'json'])) as { items: KubeObject[] }).items;
  const maps = list('configmaps') as (KubeObject & { data?: Record<string, string> })[];
  const [newest] = maps
    .filter(({ metadata }) => /^kiban-env(-[a-z0-9]+)?$/.test(metadata.name))
    .toSorted((a, b) => String(b.metadata['creationTimestamp']).localeCompare(String(a.metadata['creationTimestamp'])));
  if (newest?.data === undefined) {
    throw new ClusterError(`${namespace} has no ConfigMap kiban-env: is --shared right?`);
  }
  const gateway = list('deployments').find(({ metadata }) => metadata.name === 'gateway');
  const template = gateway?.spec?.['template'] as PodTemplate | undefined;
  const own = template?.spec.containers[0]?.env?.some(({ name }) => name === 'GATEWAY_PORT') ?? false;
  const jobs = list('cronjobs')[0]?.spec as { jobTemplate: { spec: { template: PodTemplate } } } | undefined;
  return {
    namespace,
    env: newest.data,
    keys: maps.find(({ metadata }) => metadata.name === 'auth-jwks')?.data,
    gateway: own ? template : undefined,
    edge: edgeOf(namespace, hasRoutes() ? list('httproutes.gateway.networking.k8s.io') : []),
    jobsImage: jobs?.jobTemplate.spec.template.spec.containers[0]?.image,
  };
}

/** Whether the cluster knows Gateway API at all. */
function hasRoutes(): boolean {
  return kubectl(['api-resources', '--api-group=gateway.networking.k8s.io', '-o', 'name']).includes('httproutes');
}
