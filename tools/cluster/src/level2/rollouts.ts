import type { Check } from '../check.ts';
import { deployments, isAvailable, type Platform } from './platform.ts';
import { eventually } from './wait.ts';

const ROUNDS = 10;

/** Rolls every deployment of two pods or more ten times and watches how many pods were available at the least. */
export async function rollouts(platform: Platform): Promise<Check> {
  const { api, namespace } = platform;
  const least = new Map<string, number>();
  const wanted = new Map<string, number>();
  const look = async () => {
    const all = (await deployments(platform)).filter(({ spec }) => Number(spec?.['replicas']) > 1);
    for (const { metadata, spec, status } of all) {
      wanted.set(metadata.name, Number(spec?.['replicas']));
      const available = Number(status?.['availableReplicas'] ?? 0) - Number(spec?.['replicas']);
      least.set(metadata.name, Math.min(least.get(metadata.name) ?? 0, available));
    }
    return all;
  };
  let unfinished = 0;
  let looks = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const template = { metadata: { annotations: { 'kiban.dev/round': String(round) } } };
    for (const { metadata } of await look()) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${metadata.name}`;
      await api.must('PATCH', path, { spec: { template } }, 'application/merge-patch+json');
    }
    const done = await eventually(async () => {
      looks += 1;
      return (await look()).every(isAvailable);
    }, 60_000);
    if (!done) unfinished += 1;
  }
  const below = [...least].filter(([, by]) => by < 0);
  const problems = below.map(([name, by]) => `${name} fell ${-by} below its ${wanted.get(name)} pods`);
  if (unfinished > 0) problems.push(`${unfinished} rounds did not finish in 60 s`);
  return {
    level: 2,
    what: 'ten rollouts keep maxUnavailable 0',
    ok: problems.length === 0 && least.size > 0,
    figure: `${ROUNDS} rollouts of ${least.size} deployments: ${below.length} fell below their pods in ${looks} looks`,
    problems,
  };
}
