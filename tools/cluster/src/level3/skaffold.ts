import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../check.ts';
import { eventually } from '../level2/wait.ts';
import { ROOT } from '../paths.ts';
import { addressOf, type Node, shell } from './cluster.ts';
import { DockerEngine } from './docker-engine.ts';
import { Reader } from './reader.ts';
import { token } from './up.ts';

const SERVICE = 'content';
const SOURCE = join(ROOT, 'apps', SERVICE, 'src/main.ts');
const EDITS = 10;
const GOAL_MS = 3_000;
const READY_MS = 420_000;

/** `skaffold dev -p local` on the node, and the time from a saved file to an answer of the program that it makes. */
export async function editsAreServed(node: Node, say: (line: string) => void): Promise<Check> {
  const docker = new DockerEngine(node.plane.state);
  await docker.start(node.plane.processes);
  // The names that the Dockerfile asks a registry for.
  docker.run(['tag', 'kiban-standin/node:26.10.0', 'node:26.10.0-bookworm-slim']);
  docker.run(['tag', 'kiban-standin/cc-debian12:nonroot', 'gcr.io/distroless/cc-debian12:nonroot']);
  const source = readFileSync(SOURCE, 'utf8');
  let said = '';
  const started = Date.now();
  const loop = startLoop(node, docker, (text) => (said += text));
  const reader = new Reader(await addressOf(node, 'gateway'), await token(node, 'reader-1'));
  try {
    const ended = () => loop.exitCode !== null || loop.signalCode !== null;
    await eventually(async () => ended() || said.includes('Watching for changes'), READY_MS);
    if (ended() || !said.includes('Watching for changes'))
      return failed(
        `skaffold dev ${ended() ? 'ended' : `does not watch after ${READY_MS / 1000} s`}:\n${said.slice(-3000)}`,
      );
    say(`level 3: skaffold dev watches after ${Date.now() - started} ms`);
    await eventually(async () => (await reader.call('GET', '/v1/articles')).status === 200, 60_000);
    const builds = said.split('Building [').length;
    const tookMs: number[] = [];
    for (let edit = 1; edit <= EDITS; edit += 1) {
      const mark = `kiban-edit-${edit}-${Date.now()}`;
      const saved = Date.now();
      writeFileSync(SOURCE, `console.log('${mark}');\n${source}`);
      const served = await eventually(async () => {
        return said.includes(mark) && (await reader.call('GET', '/v1/articles', undefined, 1_000)).status === 200;
      }, 60_000);
      if (!served) return failed(`edit ${edit} is not served after 60 s:\n${said.slice(-3000)}`);
      tookMs.push(Date.now() - saved);
      say(`level 3: edit ${edit} served after ${tookMs.at(-1)} ms`);
      await sleep(1_000);
    }
    const median = middle(tookMs);
    const built = [...said.matchAll(/loop: \w+ in (\d+) ms/g)].map(([, ms]) => Number(ms));
    const rebuilt = said.split('Building [').length - builds;
    const problems = [
      ...(median > GOAL_MS ? [`the median is over ${GOAL_MS} ms`] : []),
      ...(rebuilt > 0 ? [`${rebuilt} images were built for an edit of one service`] : []),
    ];
    return {
      level: 3,
      what: `skaffold dev -p local: an edit of ${SERVICE} is served in ${GOAL_MS / 1000} s; nothing else is touched`,
      ok: problems.length === 0,
      figure: `median ${median} ms of ${EDITS} (${Math.min(...tookMs)} to ${Math.max(...tookMs)}), from the saved file to a REST answer of the new program, ${middle(built)} of them compiling and bundling; load average ${(loadavg()[0] ?? 0).toFixed(0)}; ${rebuilt} images built, the bundle copied into the running pod`,
      problems,
    };
  } finally {
    writeFileSync(SOURCE, source);
    reader.close();
    await stop(loop);
    await shell(node, `npm run -s bundle -w apps/${SERVICE} || true`);
  }
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;

function failed(problem: string): Check {
  return {
    level: 3,
    what: 'skaffold dev -p local serves edits',
    ok: false,
    figure: 'not measured',
    problems: [problem],
  };
}

/** `npm run loop` beside Skaffold. The node plays a cluster of kind's: Skaffold gives it images by kind's command. */
function startLoop(node: Node, docker: DockerEngine, hear: (text: string) => void): ChildProcess {
  const { state, kubeconfig } = node.plane;
  const bin = join(state, 'bin');
  mkdirSync(bin, { recursive: true });
  // kind load docker-image --name kiban <image>
  const load = `docker save "$5" | ctr --address ${node.runtime.socket} --namespace k8s.io images import -`;
  writeFileSync(join(bin, 'kind'), `#!/bin/sh\n${load}\n`);
  chmodSync(join(bin, 'kind'), 0o755);
  const config = readFileSync(kubeconfig, 'utf8').replaceAll('"kiban"', '"kind-kiban"');
  writeFileSync(join(state, 'kind.json'), config, { mode: 0o600 });
  const skaffold = ['skaffold', 'dev', '-p', 'local', '--cleanup=false', '--interactive=false', '--port-forward=off'];
  const child = spawn('npm', ['run', '-s', 'loop', '--', SERVICE, 'run', ...skaffold], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...node.environment,
      ...docker.environment,
      PATH: `${bin}:${node.environment['PATH'] ?? ''}`,
      HOME: state,
      KUBECONFIG: join(state, 'kind.json'),
      SKAFFOLD_UPDATE_CHECK: 'false',
    },
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => hear(String(text)));
  return child;
}

async function stop({ pid, exitCode }: ChildProcess): Promise<void> {
  if (pid === undefined || exitCode !== null) return;
  process.kill(-pid, 'SIGTERM');
  await sleep(2_000);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}
