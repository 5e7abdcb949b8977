import { applyStrictly } from '../level1/apply.ts';
import { build } from '../level1/combinations.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import type { Api, KubeObject } from '../cluster/api.ts';
import { ObjectPaths } from '../cluster/paths-of-objects.ts';
import { ClusterError } from '../cluster-error.ts';
import { eventually } from './wait.ts';

/** Where the overlay `plain` puts the platform. */
export interface Platform {
  readonly api: Api;
  readonly namespace: string;
}

/** Applies the overlay `plain`, which has every service with two pods, and waits until its pods are ready. */
export async function applyPlatform({ api, state }: ControlPlane): Promise<Platform> {
  const objects = build({ name: 'plain + prescale', overlay: 'plain', components: ['prescale'] }, state);
  const { errors } = await applyStrictly(api, new ObjectPaths(api), objects);
  if (errors.length > 0) throw new ClusterError(`the overlay plain cannot be applied: ${errors.join('; ')}`);
  const namespace = objects.find(({ kind }) => kind === 'Deployment')?.metadata.namespace ?? 'kiban';
  const platform = { api, namespace };
  const ready = await eventually(async () => (await deployments(platform)).every(isAvailable), 120_000);
  if (!ready) {
    const missing = (await deployments(platform))
      .filter((each) => !isAvailable(each))
      .map(({ metadata }) => metadata.name);
    throw new ClusterError(`not available after 120 s: ${missing.join(', ')}`);
  }
  return platform;
}

export async function deployments({ api, namespace }: Platform): Promise<KubeObject[]> {
  return (await api.must('GET', `/apis/apps/v1/namespaces/${namespace}/deployments`)).items ?? [];
}

/** All its replicas are new and available. */
export function isAvailable({ metadata, spec, status }: KubeObject): boolean {
  const replicas = Number(spec?.['replicas'] ?? 1);
  const count = (field: string) => Number(status?.[field] ?? 0);
  return (
    count('observedGeneration') >= Number(metadata['generation']) &&
    count('updatedReplicas') === replicas &&
    count('replicas') === replicas &&
    count('availableReplicas') === replicas
  );
}
