import type { KubeObject } from '../cluster/api.ts';
import type { MakeObject } from './workloads.ts';

/** A Gateway in front of the shared namespace that takes routes of developers' namespaces (component `developers`). */
export interface Edge {
  readonly namespace: string;
  readonly gateway: string;
  readonly section: string | undefined;
  readonly hostnames: readonly string[];
}

interface Route {
  readonly parentRefs?: readonly { name: string; sectionName?: string }[];
  readonly hostnames?: readonly string[];
  readonly rules?: readonly { backendRefs?: readonly { name: string }[] }[];
}

/** The Gateway whose route leads to the shared gateway; undefined where the namespace has none. */
export function edgeOf(namespace: string, routes: readonly KubeObject[]): Edge | undefined {
  for (const { spec } of routes) {
    const { parentRefs = [], hostnames = [], rules = [] } = (spec ?? {}) as Route;
    const [parent] = parentRefs;
    const leads = rules.some(({ backendRefs = [] }) => backendRefs.some(({ name }) => name === 'gateway'));
    if (parent && leads) return { namespace, gateway: parent.name, section: parent.sectionName, hostnames };
  }
  return undefined;
}

/** From these Google's load balancers and their health checks come. */
export const LOAD_BALANCERS = ['130.211.0.0/22', '35.191.0.0/16'];

/** Requests at the shared Gateway that name this namespace come to its own gateway; it is asked whether it is healthy. */
export function entryObjects(edge: Edge, own: string, object: MakeObject): KubeObject[] {
  return [
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'entry', {
      spec: {
        parentRefs: [
          { name: edge.gateway, namespace: edge.namespace, ...(edge.section && { sectionName: edge.section }) },
        ],
        hostnames: edge.hostnames,
        rules: [
          {
            matches: [{ headers: [{ name: 'x-dev-namespace', value: own }] }],
            backendRefs: [{ name: 'gateway', port: 8080 }],
          },
        ],
      },
    }),
    object('networking.gke.io/v1', 'HealthCheckPolicy', 'gateway', {
      spec: {
        targetRef: { group: '', kind: 'Service', name: 'gateway' },
        default: {
          checkIntervalSec: 5,
          timeoutSec: 2,
          healthyThreshold: 1,
          unhealthyThreshold: 2,
          config: { type: 'HTTP', httpHealthCheck: { portSpecification: 'USE_SERVING_PORT', requestPath: '/healthz' } },
        },
      },
    }),
  ];
}

/** What the developer may do, in this namespace alone. Routes are not in `edit`: who writes them takes anybody's traffic. */
export function rights(member: string, object: MakeObject): KubeObject {
  const kind = member.includes('@') && !member.startsWith('group:') ? 'User' : 'Group';
  return object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'developer', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind, name: member.replace(/^group:/, '') }],
  });
}
