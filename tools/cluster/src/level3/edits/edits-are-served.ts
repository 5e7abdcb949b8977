import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../../check.ts';
import { ClusterError } from '../../cluster-error.ts';
import { eventually } from '../../level2/wait.ts';
import { ROOT } from '../../paths.ts';
import { addressOf, list, type Node, shell } from '../cluster.ts';
import { DockerEngine } from '../docker-engine.ts';
import { Reader } from '../reader.ts';
import { token } from '../up.ts';
import { readmeCommand } from '../readme-steps.ts';
import { nameBases } from './name-bases.ts';
import { middle, phasesOf, sentence } from './phases.ts';
import { SkaffoldLoop } from './skaffold-loop.ts';

const SECTION = 'Edit on a cluster';
const SERVICE = 'content';
const SOURCE = join(ROOT, 'apps', SERVICE, 'src/get-article.ts');
/** One line of the source, and the path whose answer it makes. */
const LINE = 'ServiceError.notFound(request.name)';
const PATH = '/v1/articles/no-such-article';
const EDITS = 10;
const GOAL_MS = 3_000;
const READY_MS = 420_000;
const SERVED_MS = 60_000;
/** How often the gateway is asked whether it answers as the edit says. */
const ASK_MS = 40;
const WHAT = `skaffold dev -p local: an edit of ${SERVICE} is served in ${GOAL_MS / 1000} s; nothing else is touched`;

/** `skaffold dev -p local` on the node, and the time from a saved file to an answer that only the new program gives. */
export async function editsAreServed(node: Node, say: (line: string) => void): Promise<Check> {
  const docker = new DockerEngine(node.plane.state);
  await docker.start(node.plane.processes);
  nameBases(docker);
  const source = readFileSync(SOURCE, 'utf8');
  if (!source.includes(LINE)) throw new ClusterError(`${SOURCE} does not hold ${LINE}, which this edits`);
  const started = Date.now();
  const typed = readmeCommand(SECTION, `npm run loop -- ${SERVICE} run skaffold`);
  const loop = new SkaffoldLoop(node, docker, `${typed} --cleanup=false --interactive=false --port-forward=off`);
  const reader = new Reader(await addressOf(node, 'gateway'), await token(node, 'reader-1'));
  try {
    await eventually(async () => loop.ended || loop.said.includes('Watching for changes'), READY_MS);
    if (loop.ended || !loop.said.includes('Watching for changes')) {
      throw new ClusterError(
        `skaffold dev ${loop.ended ? 'ended' : `does not watch in time`}:\n${loop.said.slice(-3000)}`,
      );
    }
    say(`level 3: skaffold dev watches after ${Date.now() - started} ms`);
    await eventually(async () => (await reader.call('GET', '/v1/articles')).status === 200, 60_000);
    const before = await pods(node);
    const quiet = loop.said.length;
    const edits: { tookMs: number; phases: number[] | undefined }[] = [];
    for (let edit = 1; edit <= EDITS; edit += 1) {
      const mark = `edit-${edit}-${Date.now()}`;
      const text = source.replace(LINE, `ServiceError.notFound(request.name, '${mark}')`);
      const saved = Date.now();
      writeFileSync(SOURCE, text);
      const answered = await answers(reader, mark);
      if (answered === undefined) throw new ClusterError(`edit ${edit} is not served:\n${loop.said.slice(-3000)}`);
      // The log of the pod and Skaffold's words may come a moment later.
      await sleep(2_000);
      const bundled = loop.heardAfter(saved, `loop: ${SERVICE} in`) ?? saved;
      const syncing = loop.heardAfter(saved, 'Syncing ') ?? bundled;
      edits.push({ tookMs: answered - saved, phases: phasesOf(SERVICE, { saved, bundled, syncing, answered }) });
      say(`level 3: edit ${edit} served after ${answered - saved} ms: ${edits.at(-1)?.phases?.join(' + ')}`);
    }
    return checkOf(edits, loop.said.slice(quiet), before, await pods(node));
  } finally {
    writeFileSync(SOURCE, source);
    reader.close();
    await loop.stop();
    await shell(node, `npm run -s bundle -w apps/${SERVICE} || true`);
  }
}

/** Asks until the answer is the edit's; @returns when that was. */
async function answers(reader: Reader, mark: string): Promise<number | undefined> {
  const end = Date.now() + SERVED_MS;
  while (Date.now() < end) {
    const reply = await reader.call('GET', PATH, undefined, 1_000).catch(() => undefined);
    if (JSON.stringify(reply?.body ?? '').includes(mark)) return Date.now();
    await sleep(ASK_MS);
  }
  return undefined;
}

/** Every pod of a service, which runs on and on, with how often its containers were started. */
async function pods(node: Node): Promise<string> {
  const all = await list(node, 'v1', 'pods');
  const starts = (statuses: unknown) => (statuses as { restartCount: number }[]).map((each) => each.restartCount);
  return all
    .filter(({ spec, metadata }) => spec?.['restartPolicy'] === 'Always' && !metadata['deletionTimestamp'])
    .map(({ metadata, status }) => `${metadata.name} ${starts(status?.['containerStatuses'] ?? []).join()}`)
    .toSorted()
    .join('\n');
}

function checkOf(
  edits: readonly { tookMs: number; phases: number[] | undefined }[],
  said: string,
  before: string,
  after: string,
): Check {
  const took = edits.map(({ tookMs }) => tookMs);
  const median = middle(took);
  const rebuilt = said.split('Building [').length - 1;
  const synced = [...said.matchAll(/Syncing (\d+) files for (?:\S*\/)?([\w-]+):/g)];
  const others = synced.filter(([, , image]) => image !== SERVICE).length;
  const files = Math.max(...synced.map(([, count]) => Number(count)));
  const problems = [
    ...(median > GOAL_MS ? [`the median is over ${GOAL_MS} ms`] : []),
    ...(rebuilt > 0 ? [`${rebuilt} images were built for an edit of one service`] : []),
    ...(others > 0 ? [`${others} copies to other services`] : []),
    ...(synced.length < EDITS ? [`${synced.length} copies for ${EDITS} edits`] : []),
    ...(before === after ? [] : [`pods were replaced or restarted:\n${before}\n${after}`]),
  ];
  const phases = edits.flatMap(({ phases: each }) => (each ? [each] : []));
  return {
    level: 3,
    what: WHAT,
    ok: problems.length === 0,
    figure:
      `median ${median} ms of ${edits.length} (${Math.min(...took)} to ${Math.max(...took)}), from the saved file to a REST answer ` +
      `that the edited line makes; of it ${sentence(phases)} (medians); ${synced.length} copies of ${files} files to ${SERVICE}, ` +
      `${others} to others, ${rebuilt} images built, no pod replaced; load average ${(loadavg()[0] ?? 0).toFixed(0)}`,
    problems,
  };
}
