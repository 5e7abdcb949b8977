import type { KubeObject } from '../cluster/api.ts';
import type { Developer } from './developer.ts';
import { entryObjects, LOAD_BALANCERS, rights } from './entry.ts';
import { gatewayObjects, topologyJob } from './workloads.ts';
import type { Shared } from './shared.ts';

/** What answers calls; jobs and relay are called by nobody. */
export const SERVICES = ['bff', 'content', 'content-similarity', 'recommendation', 'gateway'];
/** What a cluster without Google's services runs itself; an alias of nothing does no harm. */
const BACKING = ['pubsub', 'postgres'];
export const DATABASES = ['content', 'similarity', 'recommendation'];

export interface NamespaceOptions {
  readonly developer: Developer;
  /** Services that run in the namespace; the shared one answers for the others. */
  readonly own: readonly string[];
  readonly shared: Shared;
  /** URL of the PostgreSQL server as pods reach it; its path is replaced. */
  readonly databaseServer: string;
  /** Who may work in the namespace: an address of a user, or `group:` and a group. Default: whoever may already. */
  readonly member?: string | undefined;
}

/**
 * Everything a developer's namespace has before a service comes. A service that does not run here is an alias of the
 * shared one: a name that exists, so that nothing falls back silently while the own pod starts.
 */
export function namespaceObjects({ developer, own, shared, databaseServer, member }: NamespaceOptions): KubeObject[] {
  const { namespace, user, prefix } = developer;
  const labels = { 'app.kubernetes.io/part-of': 'kiban', 'kiban.dev/developer': user };
  const object = (apiVersion: string, kind: string, name: string, rest: object): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace, labels },
    ...rest,
  });
  const security = Object.fromEntries(
    ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
  );
  // Requests that name this namespace come to its own gateway, which sends them to the own services.
  const entry = own.includes('gateway') || shared.gateway === undefined ? undefined : shared.gateway;
  const edge = own.includes('gateway') ? shared.edge : undefined;
  const here = [...own, ...(entry ? ['gateway'] : [])];
  const aliases = [...SERVICES, ...BACKING]
    .filter((name) => !here.includes(name))
    .map((name) =>
      object('v1', 'Service', name, {
        spec: { type: 'ExternalName', externalName: `${name}.${shared.namespace}.svc.cluster.local` },
      }),
    );
  const secrets = DATABASES.map((name) => {
    const url = new URL(databaseServer);
    url.pathname = `/${developer.database(name)}`;
    return object('v1', 'Secret', `database-${name}`, { type: 'Opaque', stringData: { url: url.href } });
  });
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { ...labels, ...(edge && { 'kiban.dev/edge': 'shared' }), ...security } },
    },
    object('v1', 'ResourceQuota', 'developer', {
      spec: { hard: { pods: '20', 'requests.cpu': '4', 'limits.memory': '12Gi' } },
    }),
    object(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'developer',
      policy(namespace, shared.namespace, edge !== undefined),
    ),
    object('v1', 'ConfigMap', 'kiban-env', { data: { ...shared.env, PUBSUB_PREFIX: prefix } }),
    ...(shared.keys ? [object('v1', 'ConfigMap', 'auth-jwks', { data: shared.keys })] : []),
    ...secrets,
    ...aliases,
    ...(entry ? gatewayObjects(entry, object) : []),
    ...(edge ? entryObjects(edge, namespace, object) : []),
    ...(member === undefined ? [] : [rights(member, object)]),
    ...(shared.jobsImage ? [topologyJob(shared.jobsImage, object)] : []),
  ];
}

/** Inside the namespace everything may talk; outside it, pods reach names, the shared services, databases and Google. */
function policy(namespace: string, shared: string, edge: boolean): object {
  const of = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });
  const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: 'TCP' }));
  return {
    spec: {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [of(namespace)] },
        {
          from: [of(shared), ...(edge ? LOAD_BALANCERS.map((cidr) => ({ ipBlock: { cidr } })) : [])],
          ports: tcp(8080),
        },
      ],
      egress: [
        { to: [of(namespace)] },
        { to: [of(shared)], ports: tcp(50051, 5432, 8080, 8085) },
        { to: [of('kube-system')], ports: [{ port: 53, protocol: 'UDP' }, ...tcp(53)] },
        { ports: tcp(5432, 443) },
      ],
    },
  };
}
