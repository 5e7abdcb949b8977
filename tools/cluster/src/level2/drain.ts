import type { Check } from '../check.ts';
import type { KubeObject } from '../cluster/api.ts';
import { deployments, isAvailable, type Platform } from './platform.ts';
import { eventually } from './wait.ts';

interface BudgetStatus {
  currentHealthy: number;
  desiredHealthy: number;
}

/** Drains every node in turn by evictions, as `kubectl drain` does, and watches the disruption budgets meanwhile. */
export async function drains(platform: Platform): Promise<Check> {
  const { api, namespace } = platform;
  const problems = new Set<string>();
  let evicted = 0;
  let refused = 0;
  let budgets = 0;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const evict = async (name: string) => {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
    return (await api.call('POST', `${pods}/${name}/eviction`, eviction)).status;
  };
  const look = async () => {
    const { items = [] } = await api.must('GET', `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`);
    budgets = items.length;
    for (const { metadata, status } of items) {
      const { currentHealthy, desiredHealthy } = status as unknown as BudgetStatus;
      if (currentHealthy < desiredHealthy)
        problems.add(`${metadata.name}: ${currentHealthy} healthy of ${desiredHealthy}`);
    }
  };
  // The control: asked for all pods of a service at once, the server must refuse, or the budgets hold nothing.
  const { items: bff = [] } = await api.must('GET', `${pods}?labelSelector=app.kubernetes.io%2Fname%3Dbff`);
  const answers = await Promise.all(bff.map(({ metadata }) => evict(metadata.name)));
  refused += answers.filter((status) => status === 429).length;
  await eventually(async () => (await deployments(platform)).every(isAvailable), 60_000);
  const { items: nodes = [] } = await api.must('GET', '/api/v1/nodes');
  for (const { metadata: node } of nodes) {
    const cordon = (unschedulable: boolean) =>
      api.must('PATCH', `/api/v1/nodes/${node.name}`, { spec: { unschedulable } }, 'application/merge-patch+json');
    await cordon(true);
    const empty = await eventually(async () => {
      const there = await podsOn(platform, node.name);
      for (const { metadata } of there) {
        const status = await evict(metadata.name);
        if (status === 429) refused += 1;
        else if (status < 300) evicted += 1;
        await look();
      }
      return there.length === 0;
    }, 90_000);
    if (!empty) problems.add(`${node.name} was not empty after 90 s`);
    await cordon(false);
    const settled = await eventually(async () => (await deployments(platform)).every(isAvailable), 60_000);
    if (!settled) problems.add(`after ${node.name}: not every pod came back in 60 s`);
    await look();
  }
  return {
    level: 2,
    what: 'a drain respects every disruption budget',
    ok: problems.size === 0 && evicted > 0 && refused > 0,
    figure: `${nodes.length} nodes drained, ${evicted} evictions, ${refused} refused by ${budgets} budgets: ${problems.size} broken`,
    problems: [...problems],
  };
}

/** Pods that a drain evicts: not those of Jobs, which here never end. */
async function podsOn({ api, namespace }: Platform, node: string): Promise<KubeObject[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?fieldSelector=spec.nodeName%3D${node}`;
  const { items = [] } = await api.must('GET', path);
  return items.filter(({ metadata }) => metadata.ownerReferences?.some(({ kind }) => kind === 'ReplicaSet'));
}
