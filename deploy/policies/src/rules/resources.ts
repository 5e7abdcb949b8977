import type { PodSpec } from '../manifest.ts';
import { quantity } from '../quantity.ts';
import type { Rule } from '../rule.ts';

/** What each container asks for and may use. */
export const resources: Rule = {
  name: 'resources',
  why: 'Without requests the scheduler overfills nodes; without a memory limit one pod takes its neighbours down.',
  check: (overlay) =>
    overlay.workloads.flatMap(({ title, template: { spec } }) =>
      specProblems(spec).map((problem) => `${title} ${problem}`),
    ),
};

function specProblems(spec: PodSpec): string[] {
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ name, resources: given }) => {
    const { requests = {}, limits = {} } = given ?? {};
    const found: string[] = [];
    for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
      if (!(quantity(requests[resource]) > 0)) found.push(`${name} requests no ${resource}`);
    }
    for (const resource of ['memory', 'ephemeral-storage']) {
      if (!(quantity(limits[resource]) > 0)) found.push(`${name} has no limit of ${resource}`);
      else if (quantity(requests[resource]) > quantity(limits[resource])) {
        found.push(`${name} requests more ${resource} than its limit`);
      }
    }
    if (limits['cpu'] !== undefined) found.push(`${name} has a CPU limit, which throttles it beside idle cores`);
    return [...found, ...memoryVolumes(spec, quantity(limits['memory'])).map((problem) => `${name} ${problem}`)];
  });
}

/** Files in memory count as the container's memory. */
function memoryVolumes({ volumes = [] }: PodSpec, limit: number): string[] {
  const inMemory = volumes.filter(({ emptyDir }) => emptyDir?.medium === 'Memory');
  const endless = inMemory.filter(({ emptyDir }) => !(quantity(emptyDir?.sizeLimit) > 0));
  if (endless.length) return endless.map(({ name }) => `keeps volume ${name} in memory without a sizeLimit`);
  const sum = inMemory.reduce((total, { emptyDir }) => total + quantity(emptyDir?.sizeLimit), 0);
  return sum > limit / 2 ? ['may fill more than half of its memory with files'] : [];
}
