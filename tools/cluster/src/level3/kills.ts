import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../check.ts';
import { eventually } from '../level2/wait.ts';
import { list, type Node } from './cluster.ts';
import type { Load } from './load.ts';

const RECOVER_MS = 60_000;

/** Sends SIGKILL to the first process of every pod of the platform, one after the other, and waits until it is ready. */
export async function recoversFromKills(node: Node, load: Load, say: (line: string) => void): Promise<Check> {
  const problems: string[] = [];
  const figures: string[] = [];
  let slowest = 0;
  load.take();
  for (const { metadata, status } of await list(node, 'v1', 'pods')) {
    if (status?.['phase'] !== 'Running' || metadata['deletionTimestamp'] !== undefined) continue;
    const before = statusOf(status);
    if (before === undefined) continue;
    node.runtime.ctr('tasks', 'kill', '--signal', 'SIGKILL', before.container);
    const started = Date.now();
    const back = await eventually(async () => {
      const pod = (await list(node, 'v1', 'pods')).find((each) => each.metadata.name === metadata.name);
      const now = statusOf(pod?.status);
      return now !== undefined && now.restarts > before.restarts && now.ready;
    }, RECOVER_MS);
    const tookMs = Date.now() - started;
    if (!back) problems.push(`${metadata.name} is not ready ${RECOVER_MS / 1000} s after kill -9`);
    slowest = Math.max(slowest, tookMs);
    await sleep(1_000);
    const { lost, refused, sent } = load.take();
    const name = metadata.labels?.['app.kubernetes.io/name'] ?? metadata.name;
    figures.push(`${name} ${(tookMs / 1000).toFixed(1)} s, ${lost.length + refused} of ${sent}`);
    say(
      `level 3: kill -9 of ${name}: ready after ${tookMs} ms, ${lost.length} of ${sent} requests lost, ${refused} refused`,
    );
  }
  const well = await eventually(async () => {
    await sleep(1_000);
    return load.take().lost.length === 0;
  }, RECOVER_MS);
  if (!well) problems.push('requests were still lost 60 s after the last kill');
  return {
    level: 3,
    what: 'kill -9 of any pod recovers, with one pod of each',
    ok: problems.length === 0 && figures.length > 0,
    figure: `${figures.length} pods killed, the slowest ready again after ${(slowest / 1000).toFixed(1)} s, requests lost or refused meanwhile: ${figures.join('; ')}`,
    problems,
  };
}

function statusOf(status: Record<string, unknown> | undefined) {
  const all = (status?.['containerStatuses'] ?? []) as { containerID?: string; ready: boolean; restartCount: number }[];
  const [first] = all;
  if (first?.containerID === undefined) return undefined;
  return {
    container: first.containerID.replace('containerd://', ''),
    ready: first.ready,
    restarts: first.restartCount,
  };
}
