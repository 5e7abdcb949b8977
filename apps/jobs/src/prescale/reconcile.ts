import { type Autoscaler, patchFor } from './autoscaler.ts';
import type { KubernetesApi } from './kubernetes-api.ts';

/** One autoscaler that was changed. */
export interface Change {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Makes every named autoscaler stand at `factor` times its base. Doing it again changes nothing. One that cannot be
 * reached does not keep the others back; its error is among the failures.
 */
export async function reconcile(
  api: KubernetesApi,
  names: readonly string[],
  factor: number,
): Promise<{ changes: Change[]; failures: unknown[] }> {
  const changes: Change[] = [];
  const failures: unknown[] = [];
  for (const name of names) {
    const path = `/apis/autoscaling/v2/namespaces/${api.namespace}/horizontalpodautoscalers/${name}`;
    try {
      const autoscaler = (await api.get(path)) as Autoscaler;
      const patch = patchFor(autoscaler, factor);
      if (patch === undefined) continue;
      await api.apply(path, {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name, annotations: patch.annotations },
        spec: { minReplicas: patch.minReplicas },
      });
      changes.push({ name, from: autoscaler.spec.minReplicas ?? 1, to: patch.minReplicas });
    } catch (error) {
      failures.push(error);
    }
  }
  return { changes, failures };
}
