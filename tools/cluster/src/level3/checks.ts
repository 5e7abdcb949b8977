import type { Check } from '../check.ts';
import { ClusterError } from '../cluster-error.ts';
import { addressOf, type Node } from './cluster.ts';
import { developsApart } from './developer.ts';
import { recoversFromKills } from './kills.ts';
import { Load } from './load.ts';
import { Reader } from './reader.ts';
import { goesAway } from './removal.ts';
import { rollsOutUnderLoad } from './rollouts.ts';
import { debugsInOwnNamespace } from './edits/debug.ts';
import { editsAreServed } from './edits/edits-are-served.ts';
import { talksOnlyAsAllowed } from './talk.ts';
import { comesUp, token } from './up.ts';

const READERS = 10;
const ARTICLES = 20;

/** What may be asked for alone, after the platform came up: `--checks policies,load`. */
const GROUPS: Readonly<Record<string, (node: Node, say: (line: string) => void) => Promise<Check[]>>> = {
  policies: async (node, say) => [await talksOnlyAsAllowed(node, say)],
  load: underLoad,
  developer: async (node, say) => [await developsApart(node, say)],
  debug: async (node, say) => [await debugsInOwnNamespace(node, say)],
  skaffold: async (node, say) => [await editsAreServed(node, say)],
  removal: async (node) => [await goesAway(node)],
};
export const CHECKS = Object.keys(GROUPS);

/** Brings the platform up and runs the checks that are asked for. */
export async function checksOn(node: Node, wanted: readonly string[], say: (line: string) => void): Promise<Check[]> {
  const checks = [await comesUp(node, say)];
  for (const [name, run] of Object.entries(GROUPS)) if (wanted.includes(name)) checks.push(...(await run(node, say)));
  return checks;
}

async function underLoad(node: Node, say: (line: string) => void): Promise<Check[]> {
  const load = await startLoad(node);
  const checks = [await rollsOutUnderLoad(node, load, say), await recoversFromKills(node, load, say)];
  const { acknowledged, missing } = await load.stop();
  checks.push({
    level: 3,
    what: 'every write that was acknowledged through rollouts and kills is found afterwards',
    ok: missing.length === 0 && acknowledged > 0,
    figure: `${acknowledged} acknowledged, ${missing.length} missing`,
    problems: missing,
  });
  return checks;
}

/** Writes some articles and starts 100 requests/s. */
async function startLoad(node: Node): Promise<Load> {
  const server = await addressOf(node, 'gateway');
  const editor = new Reader(server, await token(node, 'editor', 'editor'));
  const articles: string[] = [];
  for (let number = 1; number <= ARTICLES; number += 1) {
    const article = { title: `Article ${number}`, body: `Text of article ${number} about rivers and clouds.` };
    const { status, body } = await editor.call('POST', '/v1/articles', article);
    if (status !== 200) throw new ClusterError(`an article is refused: ${status} ${JSON.stringify(body)}`);
    articles.push(String(body['name']));
  }
  editor.close();
  const users = Array.from({ length: READERS }, (_, index) => `reader-${index}`);
  const readers = await Promise.all(users.map(async (user) => ({ user, token: await token(node, user) })));
  const load = new Load({ server, readers, articles, perSecond: 100 });
  load.start();
  return load;
}
