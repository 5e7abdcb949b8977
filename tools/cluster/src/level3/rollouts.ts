import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../check.ts';
import { eventually } from '../level2/wait.ts';
import { get, list, type Node, NAMESPACE, shell } from './cluster.ts';
import type { Load, LoadResult } from './load.ts';

const WARM_MS = 20_000;
const STEADY_MS = 10_000;

/**
 * Rolls every service out to its next image while readers read and write, so that both versions serve for a while.
 * Beside it stands what the same load loses while nothing is rolled out: a machine that is too small for it refuses then,
 * too.
 */
export async function rollsOutUnderLoad(node: Node, load: Load, say: (line: string) => void): Promise<Check> {
  const deployments = (await list(node, 'apps/v1', 'deployments')).filter(
    ({ metadata }) => metadata.labels?.['kiban.dev/step'] === 'rollout',
  );
  const names = deployments.map(({ metadata }) => metadata.name).toSorted();
  // The services have served nobody yet: until their code is compiled they are slow.
  await sleep(WARM_MS);
  load.take();
  await sleep(STEADY_MS);
  const steady = load.take();
  say(`level 3: nothing rolled out: ${told(steady)}, p99 ${steady.p99Ms} ms`);
  const figures: string[] = [];
  const problems: string[] = [];
  const sum = { sent: 0, lost: 0, refused: 0 };
  for (const name of names) {
    const started = Date.now();
    await rollOut(node, name);
    const seen = load.take();
    sum.sent += seen.sent;
    sum.lost += seen.lost.length;
    sum.refused += seen.refused;
    problems.push(...seen.lost.map((each) => `rollout of ${name}: ${each}`));
    figures.push(`${name} ${seen.lost.length + seen.refused}`);
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    say(`level 3: rollout of ${name} in ${seconds} s: ${told(seen)}, p99 ${seen.p99Ms} ms`);
  }
  return {
    level: 3,
    what: 'a rollout of each service to another image under 100 requests/s loses none',
    ok: sum.lost + sum.refused === 0 && names.length > 0,
    figure: `${sum.sent} requests: ${sum.lost} lost, ${sum.refused} refused as overload (${figures.join(', ')}); without a rollout ${told(steady)}`,
    problems,
  };
}

const told = ({ sent, lost, refused }: LoadResult): string => `${lost.length} lost and ${refused} refused of ${sent}`;

/** To the next image, until nothing of the old one is left: what the old pod loses in its drain is lost by the rollout. */
async function rollOut(node: Node, name: string): Promise<void> {
  const container = await containerOf(node, name);
  const { spec } = await get(node, 'apps/v1', `deployments/${name}`);
  const replicas = Number(spec?.['replicas'] ?? 1);
  await shell(
    node,
    `kubectl -n ${NAMESPACE} set image deployment/${name} ${container}=kiban/${name}:next
     kubectl -n ${NAMESPACE} rollout status deployment/${name} --timeout=180s`,
  );
  await eventually(async () => (await podsOf(node, name)).length === replicas, 90_000);
}

async function containerOf(node: Node, deployment: string): Promise<string> {
  const { spec } = await get(node, 'apps/v1', `deployments/${deployment}`);
  const template = spec?.['template'] as { spec: { containers: { name: string }[] } };
  return template.spec.containers[0]?.name ?? 'app';
}

async function podsOf(node: Node, service: string): Promise<unknown[]> {
  const pods = await list(node, 'v1', 'pods');
  return pods.filter(
    ({ metadata, status }) =>
      metadata.labels?.['app.kubernetes.io/name'] === service && status?.['phase'] !== 'Succeeded',
  );
}
