import type { Check } from '../../check.ts';
import { ClusterError } from '../../cluster-error.ts';
import { eventually } from '../../level2/wait.ts';
import { addressOf, get, type Node, shell } from '../cluster.ts';
import { DockerEngine } from '../docker-engine.ts';
import { Reader } from '../reader.ts';
import { readmeCommand } from '../readme-steps.ts';
import { token } from '../up.ts';
import { nameBases } from './name-bases.ts';
import { SkaffoldLoop } from './skaffold-loop.ts';

const SECTION = 'A namespace for each developer';
const SPACE = 'dev-alice';
const INSPECTOR = 9229;
const READY_MS = 420_000;
const ENTRY = { 'x-dev-namespace': SPACE };

/**
 * A developer's namespace as deploy/README.md says it, with Skaffold: made, services run in it under Node's inspector, which is
 * reached by the forwarded ports, filled with the synthetic data, and removed.
 */
export async function debugsInOwnNamespace(node: Node, say: (line: string) => void): Promise<Check> {
  const docker = new DockerEngine(node.plane.state);
  await docker.start(node.plane.processes);
  nameBases(docker);
  const { spec } = await get(node, 'v1', 'services/postgres');
  const database = `postgres://postgres:kiban@${String(spec?.['clusterIP'])}:5432/postgres`;
  const started = Date.now();
  const typed = (begins: string) => readmeCommand(SECTION, begins).replace(/postgres:\S+/, database);
  const create = typed('npm run dev-namespace -- create');
  const own = / --own (\S+)/.exec(create)?.[1]?.split(',') ?? [];
  say(await shell(node, create));
  const dev = typed('npm run loop').replace(' -p dev ', ' -p debug ');
  const loop = new SkaffoldLoop(node, docker, `${dev} --port-forward --cleanup=false --interactive=false`);
  const reader = new Reader(await addressOf(node, 'gateway'), await token(node, 'reader-1'), ENTRY);
  const problems: string[] = [];
  let inspected = 0;
  let articles = 0;
  try {
    await eventually(async () => loop.ended || loop.said.includes('Watching for changes'), READY_MS);
    if (loop.ended || !loop.said.includes('Watching for changes')) {
      say(await shell(node, `kubectl -n ${SPACE} get pods -o wide; kubectl -n ${SPACE} get events | tail -20`));
      throw new ClusterError(
        `skaffold dev -p debug ${loop.ended ? 'ended' : 'does not watch'}:\n${loop.said.slice(-3000)}`,
      );
    }
    say(`level 3: skaffold dev -p debug watches after ${Date.now() - started} ms`);
    for (const port of own.map((_, index) => INSPECTOR + index)) {
      if (await eventually(() => inspects(port), 20_000)) inspected += 1;
      else problems.push(`no inspector answers on port ${port}:\n${loop.said.slice(-1500)}`);
    }
    const served = await eventually(async () => (await reader.call('GET', '/v1/articles')).status === 200, 60_000);
    if (!served) problems.push('the own services are not reached by the header');
    say(await shell(node, typed('npm run dev-namespace -- seed')));
    const { body } = await reader.call('GET', '/v1/articles?pageSize=50');
    articles = (body['articles'] as unknown[] | undefined)?.length ?? 0;
    if (articles === 0) problems.push('what was seeded is not answered');
  } finally {
    reader.close();
    await loop.stop();
    // The loop's bundles are not those that ship.
    await shell(node, own.map((app) => `npm run -s bundle -w apps/${app}`).join('\n'));
    say(await shell(node, typed('npm run dev-namespace -- remove')));
  }
  return {
    level: 3,
    what: "the commands of deploy/README.md for a developer's namespace, skaffold dev -p debug: inspectors are forwarded, the data set is seeded, all of it goes",
    ok: problems.length === 0,
    figure: `${inspected} of ${own.length} inspectors answer; ${articles} articles in the first page after the seed`,
    problems,
  };
}

/** Whether Node's inspector answers on a port of this machine, with a program to look at. */
async function inspects(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`, { signal: AbortSignal.timeout(1_000) });
  return ((await answer.json()) as unknown[]).length > 0;
}
