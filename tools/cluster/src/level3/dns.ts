import type { ControlPlane } from '../cluster/control-plane.ts';
import type { KubeObject } from '../cluster/api.ts';
import { ObjectPaths } from '../cluster/paths-of-objects.ts';
import { ClusterError } from '../cluster-error.ts';
import { applyStrictly } from '../level1/apply.ts';
import { eventually } from '../level2/wait.ts';
import { DNS_IMAGE } from './images.ts';
import { DNS_ADDRESS } from './network.ts';

const NAME = 'kube-dns';
const COREFILE = `.:53 {
  errors
  ready :8181
  kubernetes cluster.local in-addr.arpa {
    ttl 5
  }
}
`;

/** CoreDNS, under the labels by which network policies know it. */
export async function startDns({ api }: ControlPlane): Promise<void> {
  const { errors } = await applyStrictly(api, new ObjectPaths(api), objects());
  if (errors.length > 0) throw new ClusterError(`CoreDNS cannot be applied: ${errors.join('; ')}`);
  const ready = await eventually(async () => {
    const { status } = await api.must('GET', `/apis/apps/v1/namespaces/kube-system/deployments/${NAME}`);
    return Number(status?.['availableReplicas']) === 1;
  }, 90_000);
  if (!ready) throw new ClusterError('CoreDNS is not available after 90 s');
}

function objects(): KubeObject[] {
  const labels = { 'k8s-app': NAME };
  const metadata = { name: NAME, namespace: 'kube-system', labels };
  const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME };
  const container = {
    name: 'coredns',
    image: `docker.io/${DNS_IMAGE}`,
    imagePullPolicy: 'Never',
    args: ['-conf', '/etc/coredns/Corefile'],
    readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
    volumeMounts: [{ name: 'config', mountPath: '/etc/coredns' }],
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: NAME },
      rules: [
        { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: NAME },
      roleRef: role,
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: 'kube-system' }],
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: COREFILE } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        clusterIP: DNS_ADDRESS,
        selector: labels,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        ],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: NAME,
            containers: [container],
            dnsPolicy: 'Default',
            volumes: [{ name: 'config', configMap: { name: NAME } }],
          },
        },
      },
    },
  ];
}
