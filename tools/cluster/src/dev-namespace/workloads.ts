import type { KubeObject } from '../cluster/api.ts';
import type { PodTemplate } from './shared.ts';

export type MakeObject = (apiVersion: string, kind: string, name: string, rest: object) => KubeObject;

/** Idle subscriptions of a developer who forgot them go after a day, the least that Pub/Sub takes. */
const EXPIRE_SECONDS = '86400';

/** What one developer's calls need of a node. */
const REQUESTS = { cpu: '25m', memory: '128Mi' };

/** Nobody but the developer is cut off when it stops: it need not wait, as the shared one does, until it is called no more. */
const GRACE_SECONDS = 5;

/** The shared gateway once more, told by this namespace's environment: it finds the own services by their names. */
export function gatewayObjects(shared: PodTemplate, object: MakeObject): KubeObject[] {
  const { metadata, spec } = shared;
  const containers = spec.containers.map(({ env = [], resources, ...rest }) => ({
    ...rest,
    lifecycle: undefined,
    resources: { ...resources, requests: REQUESTS },
    env: env.filter(({ name }) => name !== 'GATEWAY_DEVELOPERS'),
    envFrom: [{ configMapRef: { name: 'kiban-env' } }],
  }));
  const template = {
    metadata: { labels: metadata.labels },
    spec: { ...spec, terminationGracePeriodSeconds: GRACE_SECONDS, containers },
  };
  const selector = { 'app.kubernetes.io/name': 'gateway' };
  return [
    object('v1', 'ServiceAccount', 'gateway', { automountServiceAccountToken: false }),
    object('v1', 'Service', 'gateway', { spec: { selector, ports: [{ name: 'http', port: 8080 }] } }),
    object('apps/v1', 'Deployment', 'gateway', {
      spec: { replicas: 1, selector: { matchLabels: selector }, template },
    }),
  ];
}

/** Makes the topics and subscriptions under the developer's prefix. */
export function topologyJob(image: string, object: MakeObject): KubeObject {
  const container = {
    name: 'apply',
    image,
    args: ['main.mjs', 'apply-topology'],
    envFrom: [{ configMapRef: { name: 'kiban-env' } }],
    env: [{ name: 'PUBSUB_EXPIRE_SECONDS', value: EXPIRE_SECONDS }],
    resources: { requests: REQUESTS, limits: { memory: '128Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
  const pod = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
  };
  return object('batch/v1', 'Job', 'pubsub-topology', {
    spec: { backoffLimit: 4, activeDeadlineSeconds: 300, template: { spec: pod } },
  });
}
