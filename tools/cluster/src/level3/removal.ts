import type { Check } from '../check.ts';
import { DockerEngine } from './docker-engine.ts';
import { SkaffoldLoop } from './edits/skaffold-loop.ts';
import { list, type Node, NAMESPACE, shell } from './cluster.ts';
import { readmeCommand } from './readme-steps.ts';

/** The commands of deploy/README.md by which Skaffold removes what it deployed, and everything goes. */
export async function goesAway(node: Node): Promise<Check> {
  const problems: string[] = [];
  const skaffold = new SkaffoldLoop(
    node,
    new DockerEngine(node.plane.state),
    readmeCommand('Edit on a cluster', 'skaffold delete'),
  );
  if (!(await skaffold.end())) problems.push(`skaffold delete fails:\n${skaffold.said.slice(-1500)}`);
  const left = (await list(node, 'apps/v1', 'deployments')).filter(
    ({ metadata }) => metadata.labels?.['kiban.dev/step'] === 'rollout',
  );
  problems.push(...left.map(({ metadata }) => `skaffold delete leaves ${metadata.name}`));
  await shell(node, readmeCommand('A cluster on your machine', 'kubectl delete namespace'));
  const { status } = await node.api.call('GET', `/api/v1/namespaces/${NAMESPACE}`);
  if (status !== 404) problems.push(`${NAMESPACE} is still there`);
  return {
    level: 3,
    what: 'skaffold delete removes what it deployed, and one command the rest',
    ok: problems.length === 0,
    figure: `${left.length} deployments left by the first, nothing by the second`,
    problems,
  };
}
