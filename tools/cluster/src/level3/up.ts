import { join } from 'node:path';
import type { Check } from '../check.ts';
import { ClusterError } from '../cluster-error.ts';
import { eventually } from '../level2/wait.ts';
import { addressOf, list, type Node, shell } from './cluster.ts';
import { Reader } from './reader.ts';
import { readmeCommand, readmeSteps } from './readme-steps.ts';

const SECTION = 'A cluster on your machine';
const UP_MS = 180_000;

/** Types what deploy/README.md says for the overlay `local`, until the gateway answers with articles. */
export async function comesUp(node: Node, say: (line: string) => void): Promise<Check> {
  const started = Date.now();
  const state = join(node.plane.state, 'platform');
  for (const block of readmeSteps(SECTION)) {
    say(`level 3: ${block.split('\n')[0]}`);
    await shell(node, block.replaceAll('.kiban/', `${state}/`));
  }
  const reader = new Reader(await addressOf(node, 'gateway'), await token(node, 'editor', 'editor'));
  const answers = await eventually(async () => (await reader.call('GET', '/v1/articles')).status === 200, UP_MS);
  if (!answers) throw new ClusterError(`GET /v1/articles does not answer 200 after ${UP_MS / 1000} s`);
  const tookMs = Date.now() - started;
  reader.close();
  await asks(node);
  const order = await migratedFirst(node);
  return {
    level: 3,
    what: 'the overlay local comes up from nothing by the commands of deploy/README.md; migrations end before the rollout',
    ok: order.problems.length === 0,
    figure: `${(tookMs / 1000).toFixed(0)} s to GET /v1/articles 200 through the gateway; ${order.jobs} migrations first`,
    problems: order.problems,
  };
}

/** By the forwarded port, as a newcomer does. */
async function asks(node: Node): Promise<void> {
  const forward = readmeCommand(SECTION, 'kubectl -n kiban port-forward');
  const curl = readmeCommand(SECTION, 'curl ').replace(
    'curl ',
    'curl --silent --show-error --fail --retry-connrefused --retry 20 --retry-delay 1 ',
  );
  await shell(node, `${forward} >&2 & trap "kill $!" EXIT; ${curl}`);
}

/** Every migration has ended before any service's deployment was made. */
async function migratedFirst(node: Node): Promise<{ jobs: number; problems: string[] }> {
  const jobs = (await list(node, 'batch/v1', 'jobs')).filter(
    ({ metadata }) => metadata.labels?.['kiban.dev/step'] === 'migrate',
  );
  const rolledOut = (await list(node, 'apps/v1', 'deployments'))
    .filter(({ metadata }) => metadata.labels?.['kiban.dev/step'] === 'rollout')
    .map(({ metadata }) => String(metadata['creationTimestamp']))
    .toSorted()[0];
  const problems = jobs
    .filter(({ status }) => !(String(status?.['completionTime']) <= String(rolledOut)))
    .map(({ metadata }) => `${metadata.name} had not ended when the rollout began`);
  return { jobs: jobs.length, problems };
}

/** A token of the keys that the README's commands made. */
export async function token(node: Node, user: string, role?: string): Promise<string> {
  return (await shell(node, `npm run -s token -- --user ${user} ${role ? `--role ${role}` : ''} --ttl 86400`)).trim();
}
