import type { Container, Probe } from '../manifest.ts';
import { SERVICE_APPS } from '../services/app-sources.ts';
import type { Rule } from '../rule.ts';
import type { Workload } from '../overlay.ts';

const KINDS = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;
/** What a slow node may need to load a service and its index. */
const SLOWEST_START_S = 30;
/** A hung pod is found within this time. */
const SLOWEST_DEATH_S = 120;

/** Startup, readiness and liveness of every container that runs for ever. */
export const probes: Rule = {
  name: 'probes',
  why: 'Without probes a rollout sends requests to pods that do not answer yet, and a hung pod stays.',
  check: (overlay) =>
    overlay.lasting.flatMap((workload) =>
      workload.template.spec.containers.flatMap((container) =>
        containerProblems(container, workload).map((problem) => `${workload.title} ${problem}`),
      ),
    ),
};

function containerProblems(container: Container, { service }: Workload): string[] {
  const { startupProbe, readinessProbe, livenessProbe } = container;
  const found = KINDS.filter((kind) => !container[kind]).map((kind) => `${container.name} has no ${kind}`);
  for (const kind of KINDS) found.push(...portProblems(container, kind));
  if (SERVICE_APPS.some(({ name }) => name === service) && container.name === 'app') {
    for (const kind of ['startupProbe', 'readinessProbe'] as const) {
      if (container[kind] && !container[kind].grpc) found.push(`${kind} does not ask gRPC health`);
    }
  }
  if (startupProbe && span(startupProbe) < SLOWEST_START_S) {
    found.push(`startupProbe gives up after ${span(startupProbe)} s, less than ${SLOWEST_START_S} s`);
  }
  if (livenessProbe && (livenessProbe.failureThreshold ?? 3) < 2) {
    found.push('livenessProbe restarts the pod after one failure');
  }
  if (livenessProbe && span(livenessProbe) > SLOWEST_DEATH_S) {
    found.push(`livenessProbe takes ${span(livenessProbe)} s to see that a pod hangs, more than ${SLOWEST_DEATH_S} s`);
  }
  if (readinessProbe && (readinessProbe.periodSeconds ?? 10) > 10) {
    found.push(`readinessProbe asks every ${readinessProbe.periodSeconds} s, less often than every 10 s`);
  }
  return found;
}

function portProblems({ ports = [], ...container }: Container, kind: (typeof KINDS)[number]): string[] {
  const probe = container[kind];
  const port = probe?.grpc?.port ?? probe?.httpGet?.port ?? probe?.tcpSocket?.port;
  if (!probe) return [];
  if (port === undefined) return [`${kind} asks nothing over the network`];
  const known = ports.some(({ name, containerPort }) => port === name || port === containerPort);
  return known ? [] : [`${kind} asks port ${port}, which the container does not have`];
}

function span({ periodSeconds = 10, failureThreshold = 3 }: Probe): number {
  return periodSeconds * failureThreshold;
}
